//! Where walls end, read off the label map: contacts, where a wall touches floor or ceiling with nothing between, and
//! bounds, where something hides the contact and only says on which side of it a pixel lies.

use super::surfaces::{Cell, SurfaceMap};
use crate::geometry::room_box::Level;

/// A pixel on the line where a wall meets floor or ceiling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contact {
    /// Photo px from the middle of the picture.
    pub pixel: [f64; 2],
    /// Which end of the wall.
    pub level: Level,
    /// How many independent observations it stands for.
    pub weight: f64,
}

/// On which side of a wall's end a pixel lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundSide {
    /// On the wall.
    Wall,
    /// On the floor or the ceiling.
    Beyond,
}

/// A pixel that is known to lie on one side of a hidden line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// Photo px from the middle of the picture.
    pub pixel: [f64; 2],
    /// Which end of the wall.
    pub level: Level,
    /// Where the pixel lies.
    pub side: BoundSide,
    /// How many independent observations it stands for.
    pub weight: f64,
}

/// Columns of the picture by what becomes of the wall's end in them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// The wall touches floor or ceiling.
    pub open: usize,
    /// Something stands between.
    pub hidden: usize,
}

/// Everything the label map says about where walls end.
#[derive(Debug, Clone, Default)]
pub struct Boundaries {
    /// Direct contacts of floor and ceiling, thinned.
    pub contacts: Vec<Contact>,
    /// All of them: what lies near the frame's sides decides whether a wall ends there.
    pub all_contacts: Vec<Contact>,
    /// One-sided observations.
    pub bounds: Vec<Bound>,
    /// Columns by the wall's lower end.
    pub floor: Tally,
}

/// Errors of a segmentation are alike over about this share of the picture's long side: contacts nearer to each other
/// than that count as one observation.
const CORRELATION_SHARE: f64 = 1.0 / 20.0;
/// A contact needs this share of the long side of its own surface on both sides, so that specks make none.
const SUPPORT_SHARE: f64 = 0.012;
/// More contacts than this are thinned: they would only repeat each other.
const MOST_CONTACTS: usize = 320;
/// Columns in which hidden ends are looked for.
const BOUND_COLUMNS: usize = 48;

/// Reads contacts and bounds off the map.
#[must_use]
pub fn find(map: &SurfaceMap) -> Boundaries {
    let mut boundaries = Boundaries::default();
    let weight = 1.0 / (CORRELATION_SHARE * map.long_side() as f64);
    let pairs = [Pair::Upright, Pair::Level].map(|kind| pairs(map, kind, weight));
    let all: usize = pairs.iter().map(Vec::len).sum();
    let stride = all.div_ceil(MOST_CONTACTS).max(1);
    // Each kind by itself: pairs come column by column, the ceiling's and the floor's in turn, and of such a row every second
    // or fourth would be of one line alone.
    for kind in pairs.iter().flat_map(|pairs| by_level(pairs)) {
        boundaries.contacts.extend(thinned(&kind, stride));
        boundaries.all_contacts.extend(kind);
    }

    let columns = BOUND_COLUMNS.min(map.width);
    let column_weight = (map.width as f64 / columns as f64) * weight;
    for i in 0..columns {
        let x = (2 * i + 1) * map.width / (2 * columns);
        hidden_ends(map, x, column_weight, &mut boundaries);
    }
    boundaries
}

fn by_level(contacts: &[Contact]) -> [Vec<Contact>; 2] {
    [Level::Floor, Level::Ceiling].map(|level| {
        let of_level = contacts.iter().filter(|contact| contact.level == level);
        of_level.copied().collect()
    })
}

/// Every so manieth contact, which stands for those between.
fn thinned(contacts: &[Contact], stride: usize) -> impl Iterator<Item = Contact> {
    let kept = contacts.len().div_ceil(stride).max(1);
    let each = contacts.len() as f64 / kept as f64;
    contacts.iter().step_by(stride).map(move |contact| Contact {
        weight: contact.weight * each,
        ..*contact
    })
}

/// Cells of their own surface that a contact needs on both sides.
fn support(map: &SurfaceMap) -> usize {
    ((SUPPORT_SHARE * map.long_side() as f64) as usize).max(1)
}

/// How two neighbouring cells lie.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pair {
    /// One above the other.
    Upright,
    /// One beside the other.
    Level,
}

/// Every pair of neighbouring cells of which one is wall and the other floor or ceiling. With both kinds of pairs, a line yields
/// observations in proportion to its length, whatever its slope, and the steps of the map cancel.
fn pairs(map: &SurfaceMap, kind: Pair, weight: f64) -> Vec<Contact> {
    let support = support(map);
    let (lines, places) = match kind {
        Pair::Upright => (map.width, map.height),
        Pair::Level => (map.height, map.width),
    };
    let cell = |line: usize, place: usize| match kind {
        Pair::Upright => map.cell(line, place),
        Pair::Level => map.cell(place, line),
    };
    let mut found = Vec::new();
    for line in 0..lines {
        for place in 1..places {
            let Some((level, up)) = contact(cell(line, place - 1), cell(line, place)) else {
                continue;
            };
            // Floor above a wall, or wall above the ceiling, is not how rooms are.
            if kind == Pair::Upright && up != (level == Level::Ceiling) {
                continue;
            }
            let same = |from: usize, step: usize, onwards: bool| {
                let other = if onwards {
                    from + step
                } else {
                    from.wrapping_sub(step)
                };
                other >= places || alike(cell(line, from), cell(line, other))
            };
            if (1..support).all(|step| same(place, step, true) && same(place - 1, step, false)) {
                let [along, across] = [place as f64, line as f64 + 0.5];
                found.push(Contact {
                    pixel: match kind {
                        Pair::Upright => map.pixel(across, along),
                        Pair::Level => map.pixel(along, across),
                    },
                    level,
                    weight,
                });
            }
        }
    }
    found
}

/// The wall's end between two neighbouring cells, and whether the floor or ceiling is the first of the two. A curtain's
/// hem hangs before the wall's base, and so is no contact; its top is as good as the wall's.
fn contact(first: Cell, second: Cell) -> Option<(Level, bool)> {
    match (first, second) {
        (Cell::Wall, Cell::Floor) => Some((Level::Floor, false)),
        (Cell::Floor, Cell::Wall) => Some((Level::Floor, true)),
        (Cell::Wall | Cell::Curtain, Cell::Ceiling) => Some((Level::Ceiling, false)),
        (Cell::Ceiling, Cell::Wall | Cell::Curtain) => Some((Level::Ceiling, true)),
        _ => None,
    }
}

fn alike(a: Cell, b: Cell) -> bool {
    let merged = |c| if c == Cell::Curtain { Cell::Wall } else { c };
    merged(a) == merged(b)
}

/// A stretch of one column, in rows from `start` to before `end`.
struct Run {
    cell: Cell,
    start: usize,
    end: usize,
}

fn runs(map: &SurfaceMap, x: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for y in 0..map.height {
        let cell = map.cell(x, y);
        match runs.last_mut() {
            Some(run) if run.cell == cell => run.end = y + 1,
            _ => runs.push(Run {
                cell,
                start: y,
                end: y + 1,
            }),
        }
    }
    // Specks say nothing about what hides what.
    let speck = support(map);
    runs.retain(|run| run.end - run.start >= speck);
    runs
}

fn hidden_ends(map: &SurfaceMap, x: usize, weight: f64, out: &mut Boundaries) {
    let runs = runs(map, x);
    let centre = x as f64 + 0.5;
    let mut bound = |y: usize, level, side| {
        out.bounds.push(Bound {
            pixel: map.pixel(centre, y as f64),
            level,
            side,
            weight,
        });
    };
    let is_wall = |run: &Run| matches!(run.cell, Cell::Wall | Cell::Curtain);

    // The lower end: the last stretch of wall, and the first floor under it.
    let last_wall = runs.iter().rposition(is_wall);
    let below_wall = last_wall.map_or(0, |w| w + 1);
    let floor = (below_wall..runs.len()).find(|&f| runs[f].cell == Cell::Floor);
    let touching = matches!((last_wall, floor), (Some(w), Some(f)) if f == w + 1);
    if touching && last_wall.is_some_and(|w| runs[w].cell == Cell::Wall) {
        out.floor.open += 1;
    } else {
        // A wall that goes on to the frame's border is cut, not hidden.
        out.floor.hidden += usize::from(last_wall.is_some_and(|w| w + 1 < runs.len()));
        if let Some(w) = last_wall.filter(|&w| runs[w].cell == Cell::Wall) {
            bound(runs[w].end, Level::Floor, BoundSide::Wall);
        }
        if let Some(f) = floor {
            bound(runs[f].start, Level::Floor, BoundSide::Beyond);
        }
    }

    // The upper end: the first stretch of wall, and the last ceiling above it.
    let first_wall = runs.iter().position(is_wall);
    let ceiling = runs[..first_wall.unwrap_or(runs.len())]
        .iter()
        .rposition(|run| run.cell == Cell::Ceiling);
    if !matches!((first_wall, ceiling), (Some(w), Some(c)) if c + 1 == w) {
        if let Some(w) = first_wall {
            bound(runs[w].start, Level::Ceiling, BoundSide::Wall);
        }
        if let Some(c) = ceiling {
            bound(runs[c].end, Level::Ceiling, BoundSide::Beyond);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ade20k::{CEILING, FLOOR, WALL};
    use crate::geometry::camera::ImageSize;
    use crate::label_map::LabelMap;

    /// Ceiling, wall and floor as three bands: as many pairs at the top of the wall as at its base.
    #[test]
    fn thinning_keeps_both_lines_whatever_the_size() {
        for width in [64_u32, 200, 384, 512, 700] {
            let height = width * 3 / 4;
            let cells = (0..height).flat_map(|y| {
                let class = [CEILING, WALL, WALL, FLOOR][(4 * y / height) as usize];
                std::iter::repeat_n(class, width as usize)
            });
            let labels = LabelMap::new(width, height, cells.collect()).unwrap();
            let map = SurfaceMap::new(&labels, ImageSize { width, height });
            let found = find(&map);
            let summed = |level| -> f64 {
                let of_level = found.contacts.iter().filter(|c| c.level == level);
                of_level.map(|c| c.weight).sum()
            };
            let [floor, ceiling] = [Level::Floor, Level::Ceiling].map(summed);
            assert!((floor / ceiling - 1.0).abs() < 0.01, "{floor} {ceiling}");
            // A line across the picture holds as many observations as lengths over which errors are alike.
            assert!((floor * CORRELATION_SHARE - 1.0).abs() < 0.05, "{floor}");
            assert!(found.contacts.len() <= MOST_CONTACTS + 4);
        }
    }
}
