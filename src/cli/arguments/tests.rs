use super::*;
use crate::cli::config_file;

fn folder(config: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
    std::fs::write(dir.path().join(config_file::FILE_NAME), config).unwrap();
    dir
}

fn parsed(folder: &Path, arguments: &[&str]) -> Result<Arguments, ArgumentsError> {
    let argv: Vec<OsString> = std::iter::once("measure-bench")
        .chain(arguments.iter().copied())
        .map(OsString::from)
        .collect();
    parse(&argv, folder)
}

#[test]
fn settings_hold_below_the_file_and_paths_are_relative_to_it() {
    let dir = folder("dir = ['photos']\nrecursive = true\n[gates]\nmax-width-mape = 12.5\n");
    let cli = parsed(&dir.path().join("a/b"), &[]).unwrap().cli;
    assert_eq!(cli.measure.input.dir, [Path::new("../../photos")]);
    assert!(cli.measure.input.recursive);
    assert_eq!(cli.measure.gates.max_width_mape, Some(12.5));
    let cli = parsed(dir.path(), &["--no-config"]).unwrap().cli;
    assert!(cli.measure.input.dir.is_empty());
}

#[test]
fn flags_win_and_photos_replace_photos() {
    let dir =
        folder("dir = ['photos']\nrecursive = true\nlabels = 'maps'\n[gates]\nmax-errors = '5%'\n");
    let cli = parsed(
        dir.path(),
        &["x.jpg", "--model", "m.onnx", "--max-errors", "2"],
    );
    let measure = cli.unwrap().cli.measure;
    assert!(measure.input.dir.is_empty() && !measure.input.recursive);
    assert_eq!(measure.model.model.as_deref(), Some("m.onnx"));
    assert_eq!(measure.model.labels, None);
    assert_eq!(measure.gates.max_errors, Some("2".parse().unwrap()));
}

#[test]
fn a_shard_is_not_held_to_the_gates_of_the_whole() {
    let dir = folder(
        "dir = 'photos'\nbaseline = 'main'\n[gates]\nmax-regression = 1\nmax-width-mape = 9\nmax-errors = 3\n",
    );
    let measure = parsed(dir.path(), &["--shard", "1/4"]).unwrap().cli.measure;
    assert_eq!(measure.gates.max_width_mape, None);
    assert_eq!(measure.gates.change.max_regression, None);
    assert_eq!(measure.output.baseline, None);
    assert!(
        measure.gates.max_errors.is_some(),
        "errors of a part are errors of the whole"
    );
    let every = crate::cli::Cli::command();
    let known: Vec<String> = every
        .get_arguments()
        .map(|a| a.get_id().to_string())
        .collect();
    for (_, replaced) in REPLACED_TOGETHER {
        assert!(
            replaced.iter().all(|id| known.contains(&(*id).to_string())),
            "{replaced:?}"
        );
    }
}

/// One photo on the side is no part of the baseline's photos.
#[test]
fn named_photos_leave_the_baseline_of_the_file_out() {
    let dir = folder(
        "dir = 'photos'\nbaseline = 'main'\n[gates]\nmax-regression = 1\nmax-photo-error = 9\n",
    );
    let measure = |words: &[&str]| parsed(dir.path(), words).unwrap().cli.measure;
    let aside = measure(&["x.jpg"]);
    assert_eq!(aside.output.baseline, None);
    assert_eq!(aside.gates.change.max_regression, None);
    assert_eq!(aside.gates.max_photo_error, Some(9.0));
    let left_out = parsed(dir.path(), &["x.jpg"]).unwrap().left_out;
    assert_eq!(left_out, ["--baseline", "--max-regression"]);
    let compared = measure(&["x.jpg", "--baseline", "other"]);
    assert_eq!(compared.gates.change.max_regression, Some(1.0));
    let folder_named = measure(&["--dir", "photos"]);
    assert_eq!(folder_named.output.baseline.as_deref(), Some("main"));
    assert_eq!(folder_named.gates.change.max_regression, Some(1.0));
}

#[test]
fn a_misspelt_option_is_not_laid_to_the_file() {
    let dir = folder("dir = 'photos'\n");
    let message = parsed(dir.path(), &["--max-regresion", "1"])
        .unwrap_err()
        .to_string();
    assert!(message.contains("--max-regression"), "{message}");
    assert!(!message.contains(config_file::FILE_NAME), "{message}");
}

#[test]
fn a_flag_may_lean_on_the_file() {
    let dir = folder("dir = 'photos'\n");
    assert!(
        parsed(dir.path(), &["--recursive"])
            .unwrap()
            .cli
            .measure
            .input
            .recursive
    );
    assert!(parsed(dir.path(), &["--recursive", "--no-config"]).is_err());
    assert!(parsed(dir.path(), &["--provider", "other"]).is_err());
}

#[test]
fn commands_take_what_concerns_them() {
    let dir = folder("dir = 'photos'\nquiet = true\n[gates]\nmax-regression = 2\n");
    let cli = parsed(dir.path(), &["compare", "a.json", "b.json"])
        .unwrap()
        .cli;
    let Some(super::super::Command::Compare(compare)) = cli.command else {
        panic!("compare was asked for");
    };
    assert_eq!(compare.gates.max_regression, Some(2.0));
    assert!(parsed(dir.path(), &["man"]).is_ok());
}

#[test]
fn what_suits_measuring_alone_does_not_break_other_commands() {
    let dir = folder("dir = 'photos'\nsummary = 'markdown'\nsave = ['r.html']\n");
    for words in [
        &["doctor"][..],
        &["sweep"],
        &["compare", "a.json", "b.json"],
    ] {
        assert!(parsed(dir.path(), words).is_ok(), "{words:?}");
    }
    let sweep = parsed(dir.path(), &["sweep"]).unwrap().cli.command;
    let Some(super::super::Command::Sweep(sweep)) = sweep else {
        panic!("sweep was asked for");
    };
    assert!(sweep.save.is_empty());
    assert_eq!(sweep.input.dir, [Path::new("photos")]);
}

#[test]
fn baselines_lie_beside_the_file_unless_somebody_says_else() {
    let dir = folder("baseline = 'main'\n");
    let baselines = |arguments: &[&str]| {
        let measure = parsed(&dir.path().join("a/b"), arguments)
            .unwrap()
            .cli
            .measure;
        measure.output.baselines
    };
    assert_eq!(baselines(&[]), Path::new("../../baselines"));
    assert_eq!(baselines(&["--baselines", "x"]), Path::new("x"));
    assert_eq!(baselines(&["--no-config"]), Path::new("baselines"));
}

#[test]
fn names_that_look_like_numbers_are_names() {
    let dir = folder("dir = [2024]\nbaseline = '1'\n");
    let below = parsed(&dir.path().join("a"), &[]).unwrap();
    assert_eq!(below.cli.measure.input.dir, [Path::new("../2024")]);
    let settings = parsed(dir.path(), &[]).unwrap().settings;
    assert!(settings.contains("dir = [\"2024\"]"), "{settings}");
    assert!(settings.contains("baseline = \"1\""), "{settings}");
}

#[test]
fn wrong_settings_name_the_file_and_the_remedy() {
    for (config, expected) in [
        ("max-width-mape = 3", "stands under [gates]"),
        ("[gates]\ndir = 'x'", "stands above [gates]"),
        (
            "[gates]\nmax-widht-mape = 3",
            "did you mean 'max-width-mape'?",
        ),
        ("resume = true", "command line"),
        ("fallback = 'cloud'", "command line"),
        ("cloud-url = 'https://example.org'", "command line"),
        ("recursive = 'yes'", "true or false"),
        ("jobs = [1, 2]", "one value"),
        ("jobs = true", "a text or a number"),
        ("[photos]\ndir = 'x'", "no table [photos]"),
        ("jobs = ", "not TOML"),
        ("jobs = 'many'", "--no-config"),
    ] {
        let dir = folder(config);
        let message = parsed(dir.path(), &[]).unwrap_err().to_string();
        assert!(message.contains(expected), "{config}: {message}");
        assert!(
            message.contains(config_file::FILE_NAME),
            "{config}: {message}"
        );
    }
}

#[test]
fn the_printed_settings_say_the_same_when_read_again() {
    let dir = folder("dir = ['photos', 'more']\nmax-pixels = 50\n[gates]\nmax-errors = '5%'\n");
    let first = parsed(dir.path(), &["--camera-height", "150"]).unwrap();
    assert!(
        first.settings.contains("max-pixels = 50"),
        "{}",
        first.settings
    );
    let other = folder(&first.settings);
    let second = parsed(other.path(), &[]).unwrap();
    let bare = |text: &str| -> Vec<String> {
        let kept = |line: &str| {
            line.split('#')
                .next()
                .unwrap_or_default()
                .trim_end()
                .to_owned()
        };
        text.lines().map(kept).collect()
    };
    assert_eq!(bare(&first.settings), bare(&second.settings));
}
