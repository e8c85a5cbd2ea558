//! What `--help` ends with: commands that work as they stand, given photos in `photos/` and their sizes in `truth.json`. A test
//! runs each of them.

pub const MEASURE: &str = "\
Examples:
  measure-bench --dir photos
  measure-bench --dir photos --ground-truth truth.json --save report.json --save report.html
  measure-bench photos/*.jpg --labels maps --debug-dir out
  measure-bench --dir photos --ground-truth truth.json --save-baseline main
  measure-bench --dir photos --ground-truth truth.json --baseline main --max-regression 1
  measure-bench --dir photos --cache cache --summary csv
  measure-bench --dir photos --ground-truth truth.json --shard 1/2 --save part1.json

Options and gates of a repository stand in measure-bench.toml, found upwards from the working folder;
its keys are the long options, gates under [gates]. Flags win over it.

Exit codes: 0 all measured and all gates hold; 1 photos could not be measured, or the run failed;
2 bad usage; 3 a gate missed; 130 interrupted.";

pub const SCORE: &str = "\
Example:
  measure-bench score report.json --ground-truth corrected.json --save report.json";

pub const COMPARE: &str = "\
Examples:
  measure-bench compare old.json new.json
  measure-bench compare old.json new.json --summary markdown --max-regression 1";

pub const MERGE: &str = "\
Example:
  measure-bench merge part1.json part2.json --save report.json --save report.html";

pub const SWEEP: &str = "\
Example:
  measure-bench sweep --dir photos --ground-truth truth.json --long-side 256,384 --save sweep.csv";

pub const ROOMS: &str = "\
Example:
  measure-bench rooms rooms --count 4 --seed 1 --size 320x240";

pub const DOCTOR: &str = "\
Example:
  measure-bench doctor --summary json";

pub const COMPLETIONS: &str = "\
Example:
  measure-bench completions bash > measure-bench.bash";

pub const MAN: &str = "\
Examples:
  measure-bench man > measure-bench.1
  measure-bench man compare > measure-bench-compare.1";

pub const SCHEMA: &str = "\
Example:
  measure-bench schema > report.schema.json";
