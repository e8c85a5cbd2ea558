//! The ADE20K-150 label table and the groups of it that metrology works on.
//!
//! Indices are 0-based in the order of the SceneParsing benchmark's `objectInfo150.txt`, the order in which the published
//! checkpoints number their outputs. Classes are matched by index, never by name: the names vary between tables
//! ("windowpane", "window ", "window").

/// One of ADE20K's 150 classes, by its 0-based index; [`UNKNOWN`] stands for "no label".
pub type ClassIndex = u8;

/// The value of a pixel without a label.
pub const UNKNOWN: ClassIndex = 255;

macro_rules! classes {
    ($($name:ident = $index:literal),* $(,)?) => {
        $(#[doc = concat!("ADE20K index ", stringify!($index), ".")] pub const $name: ClassIndex = $index;)*
    };
}

classes! {
    WALL = 0, FLOOR = 3, CEILING = 5, BED = 7, WINDOWPANE = 8, CABINET = 10, PERSON = 12, DOOR = 14, TABLE = 15,
    PLANT = 17, CURTAIN = 18, CHAIR = 19, PAINTING = 22, SOFA = 23, SHELF = 24, MIRROR = 27, RUG = 28, ARMCHAIR = 30,
    DESK = 33, WARDROBE = 35, LAMP = 36, CUSHION = 39, BOX = 41, SIGNBOARD = 43, CHEST_OF_DRAWERS = 44, COUNTER = 45,
    FIREPLACE = 49, REFRIGERATOR = 50, PILLOW = 57, SCREEN_DOOR = 58, BOOKCASE = 62, BLIND = 63, COFFEE_TABLE = 64,
    COUNTERTOP = 70, STOVE = 71, KITCHEN_ISLAND = 73, LIGHT = 82, CHANDELIER = 85, TELEVISION = 89, OTTOMAN = 97,
    POSTER = 100, STOOL = 110, SCREEN = 130, SCONCE = 134, FAN = 139, BULLETIN_BOARD = 144, RADIATOR = 146, CLOCK = 148,
}

/// What a class means for the geometry of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Surface {
    /// On the plane of a wall: its paint, and what hangs on it or is let into it.
    Wall,
    /// The floor and what lies flat on it.
    Floor,
    /// The ceiling.
    Ceiling,
    /// Stands in front of a surface and hides it: furniture, people, plants.
    Occluder,
    /// Says nothing about the surface behind it (lamps hung from the ceiling, unknown).
    Ignored,
}

/// The group of a class, as in the metrology document's ADE20K table.
#[must_use]
pub const fn surface(class: ClassIndex) -> Surface {
    match class {
        WALL | WINDOWPANE | DOOR | CURTAIN | PAINTING | MIRROR | SIGNBOARD | FIREPLACE
        | SCREEN_DOOR | BLIND | TELEVISION | POSTER | SCREEN | SCONCE | BULLETIN_BOARD
        | RADIATOR | CLOCK => Surface::Wall,
        FLOOR | RUG => Surface::Floor,
        CEILING => Surface::Ceiling,
        LIGHT | CHANDELIER | FAN | UNKNOWN => Surface::Ignored,
        _ => Surface::Occluder,
    }
}

/// Whether the class belongs to the window mask.
#[must_use]
pub const fn is_window(class: ClassIndex) -> bool {
    matches!(class, WINDOWPANE | SCREEN_DOOR | BLIND)
}

/// Names of all classes in the order of the SceneParsing benchmark's `objectInfo150.txt`, the first of each entry's synonyms.
#[rustfmt::skip] // ten a row, so that an index can be counted off
pub const CLASS_NAMES: [&str; 150] = [
    "wall", "building", "sky", "floor", "tree", "ceiling", "road", "bed", "windowpane", "grass",
    "cabinet", "sidewalk", "person", "earth", "door", "table", "mountain", "plant", "curtain", "chair",
    "car", "water", "painting", "sofa", "shelf", "house", "sea", "mirror", "rug", "field",
    "armchair", "seat", "fence", "desk", "rock", "wardrobe", "lamp", "bathtub", "railing", "cushion",
    "base", "box", "column", "signboard", "chest of drawers", "counter", "sand", "sink", "skyscraper", "fireplace",
    "refrigerator", "grandstand", "path", "stairs", "runway", "case", "pool table", "pillow", "screen door", "stairway",
    "river", "bridge", "bookcase", "blind", "coffee table", "toilet", "flower", "book", "hill", "bench",
    "countertop", "stove", "palm", "kitchen island", "computer", "swivel chair", "boat", "bar", "arcade machine", "hovel",
    "bus", "towel", "light", "truck", "tower", "chandelier", "awning", "streetlight", "booth", "television receiver",
    "airplane", "dirt track", "apparel", "pole", "land", "bannister", "escalator", "ottoman", "bottle", "buffet",
    "poster", "stage", "van", "ship", "fountain", "conveyer belt", "canopy", "washer", "plaything", "swimming pool",
    "stool", "barrel", "basket", "waterfall", "tent", "bag", "minibike", "cradle", "oven", "ball",
    "food", "step", "tank", "trade name", "microwave", "pot", "animal", "bicycle", "lake", "dishwasher",
    "screen", "blanket", "sculpture", "hood", "sconce", "vase", "traffic light", "tray", "ashcan", "fan",
    "pier", "crt screen", "plate", "monitor", "bulletin board", "shower", "radiator", "glass", "clock", "flag",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_at_the_indices_of_the_constants() {
        let table = [
            (WALL, "wall"),
            (FLOOR, "floor"),
            (CEILING, "ceiling"),
            (WINDOWPANE, "windowpane"),
            (FIREPLACE, "fireplace"),
            (SCREEN_DOOR, "screen door"),
            (BLIND, "blind"),
            (TELEVISION, "television receiver"),
            (POSTER, "poster"),
            (STOOL, "stool"),
            (SCREEN, "screen"),
            (FAN, "fan"),
            (BULLETIN_BOARD, "bulletin board"),
            (RADIATOR, "radiator"),
            (CLOCK, "clock"),
        ];
        for (class, wanted) in table {
            assert_eq!(CLASS_NAMES[usize::from(class)], wanted);
        }
        assert!(usize::from(UNKNOWN) >= CLASS_NAMES.len());
    }
}
