//! Colours and materials as homes have them, and a share that no home has.

use super::{
    Rgb,
    draw::Draw,
    material::{Material, Pattern},
};

/// Linear reflectance from hue (0-1), saturation (0-1) and perceived lightness (0-1).
pub(super) fn colour(hue: f32, saturation: f32, lightness: f32) -> Rgb {
    let wave = |shift: f32| {
        let distance = ((hue + shift).rem_euclid(1.0) * 6.0 - 3.0).abs() - 1.0;
        1.0 - saturation * (1.0 - distance.clamp(0.0, 1.0))
    };
    Rgb::new(wave(0.0), wave(2.0 / 3.0), wave(1.0 / 3.0)).map(|c| (c * lightness).powf(2.2))
}

/// Any colour at all.
pub(super) fn any_colour(draw: &mut Draw) -> Rgb {
    colour(
        draw.uniform(0.0, 1.0),
        draw.uniform(0.0, 0.9),
        draw.uniform(0.15, 0.95),
    )
}

fn grey(draw: &mut Draw, low: f32, high: f32) -> Rgb {
    colour(
        draw.uniform(0.02, 0.18),
        draw.uniform(0.0, 0.08),
        draw.uniform(low, high),
    )
}

/// The brown of some wood.
pub(super) fn wood_colour(draw: &mut Draw) -> Rgb {
    colour(
        draw.uniform(0.05, 0.11),
        draw.uniform(0.2, 0.65),
        draw.uniform(0.25, 0.9),
    )
}

/// Varnished or painted wood.
pub(super) fn wood(draw: &mut Draw) -> Material {
    let base = wood_colour(draw);
    Material {
        base,
        accent: base * draw.uniform(0.5, 0.85),
        pattern: Pattern::Planks {
            width: draw.uniform(0.08, 0.5),
            length: 2.4,
        },
        gloss: draw.pick([0.0, 0.02, 0.05]),
        roughness: draw.uniform(0.1, 0.9),
        seed: draw.bits(),
        ..Material::plain(base)
    }
}

/// Furniture fronts and the like: white, grey, wood or coloured.
pub(super) fn joinery(draw: &mut Draw) -> Material {
    if draw.chance(0.4) {
        return wood(draw);
    }
    let base = match draw.below(6) {
        0..=2 => grey(draw, 0.85, 0.98),
        3 => grey(draw, 0.1, 0.6),
        _ => any_colour(draw),
    };
    Material {
        gloss: draw.pick([0.0, 0.02, 0.04, 0.08]),
        roughness: draw.uniform(0.05, 0.9),
        ..Material::plain(base)
    }
}

/// Upholstery, bedding, curtains.
pub(super) fn cloth(draw: &mut Draw) -> Material {
    let base = if draw.chance(0.55) {
        grey(draw, 0.15, 0.95)
    } else {
        any_colour(draw)
    };
    let mut material = Material {
        accent: if draw.chance(0.5) {
            base * 0.7
        } else {
            any_colour(draw)
        },
        grain: draw.uniform(0.0, 0.25),
        grain_scale: draw.uniform(0.01, 0.1),
        seed: draw.bits(),
        ..Material::plain(base)
    };
    if draw.chance(0.25) {
        material.pattern = motif(draw, 0.03, 0.3);
    }
    material
}

/// Metal, ceramic and other shiny things.
pub(super) fn metal(draw: &mut Draw) -> Material {
    Material {
        gloss: draw.uniform(0.1, 0.6),
        roughness: draw.uniform(0.0, 0.6),
        ..Material::plain(grey(draw, 0.1, 0.85))
    }
}

/// A repeated ornament with features between two sizes, metres.
pub(super) fn motif(draw: &mut Draw, small: f32, large: f32) -> Pattern {
    let size = small * (large / small).powf(draw.uniform(0.0, 1.0));
    match draw.below(7) {
        0 => Pattern::Stripes {
            period: size,
            duty: draw.uniform(0.1, 0.9),
        },
        1 => Pattern::Checker { size },
        2 => Pattern::Blobs {
            cell: size,
            radius: size * draw.uniform(0.15, 0.45),
        },
        3 => Pattern::Patchwork { size },
        4 => {
            let angle = draw.uniform(0.0, std::f32::consts::TAU);
            Pattern::Grating {
                period: size,
                direction: [angle.cos(), angle.sin()],
            }
        }
        5 => Pattern::Tiles {
            width: size,
            height: size * draw.uniform(0.3, 2.0),
            grout: size * 0.05,
            stagger: draw.pick([0.0, 0.5]),
        },
        _ => Pattern::Clouds { scale: size },
    }
}

/// A surface of arbitrary colours and ornament, such as no decorator would choose; it keeps a network from relying on
/// colours alone.
pub(super) fn oddity(draw: &mut Draw) -> Material {
    let base = any_colour(draw);
    let accent = if draw.chance(0.5) {
        base * draw.uniform(0.5, 1.5)
    } else {
        any_colour(draw)
    };
    Material {
        accent: accent.map(|c| c.clamp(0.0, 0.95)),
        pattern: if draw.chance(0.3) {
            Pattern::Plain
        } else {
            motif(draw, 0.02, 1.2)
        },
        grain: draw.uniform(0.0, 0.4),
        grain_scale: draw.uniform(0.02, 0.5),
        gloss: draw.pick([0.0, 0.0, 0.05, 0.2]),
        seed: draw.bits(),
        ..Material::plain(base)
    }
}

/// What walls are covered with.
pub(super) fn wall(draw: &mut Draw) -> Material {
    let base = match draw.below(10) {
        0..=5 => grey(draw, 0.8, 0.98),
        6..=7 => grey(draw, 0.35, 0.85),
        8 => colour(
            draw.uniform(0.0, 1.0),
            draw.uniform(0.03, 0.3),
            draw.uniform(0.5, 0.95),
        ),
        _ => any_colour(draw),
    };
    let mut material = Material {
        accent: base * draw.uniform(0.6, 1.1),
        grain: draw.pick([0.0, 0.02, 0.06]),
        grain_scale: draw.uniform(0.02, 0.6),
        seed: draw.bits(),
        ..Material::plain(base)
    };
    match draw.below(12) {
        0 => material.pattern = motif(draw, 0.04, 0.5),
        1 => {
            material.pattern = motif(draw, 0.04, 0.5);
            material.accent = any_colour(draw);
        }
        2 => material = wall_tiles(draw),
        3 => {
            material.pattern = Pattern::Panels {
                width: draw.uniform(0.4, 1.2),
                height: draw.uniform(0.6, 2.0),
                inset: draw.uniform(0.04, 0.12),
            }
        }
        4 => {
            material.base = wood_colour(draw);
            material.accent = material.base * 0.6;
            material.pattern = Pattern::Stripes {
                period: draw.uniform(0.06, 0.2),
                duty: 0.92,
            };
        }
        5 => {
            material.base = colour(0.04, draw.uniform(0.1, 0.6), draw.uniform(0.4, 0.9));
            material.accent = material.base * draw.uniform(0.4, 1.3);
            material.pattern = Pattern::Tiles {
                width: 0.25,
                height: 0.075,
                grout: 0.012,
                stagger: 0.5,
            };
        }
        _ => {}
    }
    material
}

/// Glazed wall tiles.
pub(super) fn wall_tiles(draw: &mut Draw) -> Material {
    let base = if draw.chance(0.7) {
        grey(draw, 0.6, 0.98)
    } else {
        any_colour(draw)
    };
    let width = draw.uniform(0.08, 0.6);
    Material {
        accent: grey(draw, 0.4, 0.9),
        pattern: Pattern::Tiles {
            width,
            height: width * draw.pick([1.0, 0.5, 2.0]),
            grout: draw.uniform(0.002, 0.006),
            stagger: draw.pick([0.0, 0.0, 0.5]),
        },
        gloss: draw.uniform(0.02, 0.08),
        roughness: draw.uniform(0.0, 0.3),
        seed: draw.bits(),
        ..Material::plain(base)
    }
}

/// What floors are covered with.
pub(super) fn floor(draw: &mut Draw) -> Material {
    let wooden = wood_colour(draw);
    let gloss = draw.pick([0.0, 0.01, 0.03, 0.06, 0.12]);
    let boards = Material {
        accent: wooden * draw.uniform(0.4, 0.85),
        gloss,
        roughness: draw.uniform(0.05, 0.8),
        seed: draw.bits(),
        ..Material::plain(wooden)
    };
    match draw.below(10) {
        0..=3 => Material {
            pattern: Pattern::Planks {
                width: draw.uniform(0.06, 0.22),
                length: draw.uniform(0.6, 2.2),
            },
            ..boards
        },
        4 => Material {
            pattern: Pattern::Herringbone {
                width: draw.uniform(0.06, 0.11),
                length: draw.uniform(0.3, 0.7),
            },
            ..boards
        },
        5..=6 => {
            let base = grey(draw, 0.2, 0.95);
            let width = draw.uniform(0.2, 0.9);
            Material {
                base,
                accent: base * draw.uniform(0.4, 1.1),
                pattern: Pattern::Tiles {
                    width,
                    height: width * draw.pick([1.0, 1.0, 0.5, 2.0]),
                    grout: draw.uniform(0.003, 0.008),
                    stagger: draw.pick([0.0, 0.0, 0.5]),
                },
                grain: draw.uniform(0.0, 0.2),
                grain_scale: draw.uniform(0.05, 0.5),
                ..boards
            }
        }
        7 => {
            let base = grey(draw, 0.2, 0.9);
            Material {
                base,
                accent: base * draw.uniform(0.6, 1.0),
                pattern: Pattern::Clouds {
                    scale: draw.uniform(0.1, 1.5),
                },
                ..boards
            }
        }
        _ => {
            // Carpet: grey as often as coloured.
            let base = if draw.chance(0.6) {
                grey(draw, 0.2, 0.85)
            } else {
                any_colour(draw)
            };
            Material {
                accent: base * 0.8,
                grain: draw.uniform(0.05, 0.35),
                grain_scale: draw.uniform(0.01, 0.08),
                seed: draw.bits(),
                ..Material::plain(base)
            }
        }
    }
}

/// What ceilings are covered with: white, grey, dim, rarely wood or colour.
pub(super) fn ceiling(draw: &mut Draw) -> Material {
    let base = match draw.below(8) {
        0..=4 => grey(draw, 0.85, 1.0),
        5 => grey(draw, 0.3, 0.85),
        6 => wood_colour(draw),
        _ => colour(
            draw.uniform(0.0, 1.0),
            draw.uniform(0.0, 0.3),
            draw.uniform(0.4, 0.98),
        ),
    };
    let mut material = Material {
        accent: base * draw.uniform(0.6, 0.95),
        grain: draw.pick([0.0, 0.02, 0.05]),
        grain_scale: draw.uniform(0.02, 0.5),
        seed: draw.bits(),
        ..Material::plain(base)
    };
    match draw.below(12) {
        0 => {
            material.pattern = Pattern::Stripes {
                period: draw.uniform(0.08, 0.3),
                duty: 0.94,
            };
        }
        1 => {
            material.pattern = Pattern::Tiles {
                width: 0.6,
                height: 0.6,
                grout: 0.015,
                stagger: 0.0,
            };
        }
        _ => {}
    }
    material
}
