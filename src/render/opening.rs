//! Holes in walls and what is let into them: windows, doors, passages into the next room.

use super::{Rgb, Vec3, material::Material, noise, solid::Ray};
use crate::ade20k::{CEILING, ClassIndex, DOOR, FLOOR, WALL, WINDOWPANE};

/// A rectangular hole in a wall; metres.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// From the wall's left end to the hole's left edge.
    pub(super) left: f32,
    /// From the floor to its lower edge.
    pub(super) bottom: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    /// Depth of the reveal, from the wall's plane to the frame or leaf.
    pub(super) depth: f32,
    /// Looks of the reveal; `None` for those of the wall.
    pub(super) reveal: Option<Material>,
    pub(super) fill: Fill,
}

/// What closes an opening.
#[derive(Debug, Clone)]
pub(super) enum Fill {
    /// A glazed window.
    Window(Window),
    /// A closed door leaf.
    Leaf(Leaf),
    /// Nothing: the next room is seen.
    Passage(Box<Neighbour>),
}

/// Frame, bars and view of a window.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) frame: Material,
    /// Width of the frame and of the sashes' posts, metres.
    pub(super) bar: f32,
    /// Sashes side by side.
    pub(super) columns: u32,
    /// Height of a transom as a share of the height; 1 for none.
    pub(super) transom: f32,
    /// Thin bars that divide each sash: columns and rows, 1 for none.
    pub(super) lattice: [u32; 2],
    pub(super) view: View,
}

/// The outside as seen through glass.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    /// Radiance of the sky.
    pub(super) sky: Rgb,
    /// Radiance of what stands on the ground.
    pub(super) ground: Rgb,
    /// Elevation of the skyline, as a tangent.
    pub(super) skyline: f32,
    /// Roughness of the skyline and of what is below.
    pub(super) relief: f32,
    pub(super) seed: u32,
}

/// A door leaf, as it looks when closed.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) material: Material,
    /// Looks of the handle.
    pub(super) handle: Material,
    /// Whether the handle is on the right.
    pub(super) handle_right: bool,
    /// A pane in the upper part, as left, bottom, right, top shares of the leaf.
    pub(super) pane: Option<[f32; 4]>,
    pub(super) glass: Material,
}

/// The room behind a passage or an open door, a box in the opening's frame.
#[derive(Debug, Clone)]
pub(super) struct Neighbour {
    /// Left and right walls, from the hole's left edge, metres.
    pub(super) sides: [f32; 2],
    /// Depth behind the reveal.
    pub(super) depth: f32,
    /// Ceiling height above the floor.
    pub(super) height: f32,
    pub(super) wall: Material,
    pub(super) floor: Material,
    pub(super) ceiling: Material,
    /// Strength of its even light.
    pub(super) light: f32,
    /// Height of the hole's lower edge above the floor.
    pub(super) sill: f32,
}

/// How a point gets its light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Lighting {
    /// From the room's windows and lamps.
    Room,
    /// It is a view of the outside with this radiance.
    Outside(Rgb),
    /// It lies in a neighbouring room under even light of this strength.
    Neighbour(f32),
}

/// What a ray meets beyond the wall's plane, in the opening's frame.
pub(super) struct Behind<'s> {
    pub(super) distance: f32,
    pub(super) normal: Vec3,
    pub(super) uv: [f32; 2],
    pub(super) material: &'s Material,
    pub(super) class: ClassIndex,
    pub(super) lighting: Lighting,
}

/// Where a ray leaves the box from (low, _) to (high, _) through which it travels outwards: distance and normal.
fn leave(ray: &Ray, low: Vec3, high: Vec3) -> (f32, Vec3) {
    let mut best = (f32::INFINITY, Vec3::zeros());
    for axis in 0..3 {
        let speed = ray.direction[axis];
        let wall = if speed > 0.0 { high[axis] } else { low[axis] };
        if speed.abs() > 1e-9 {
            let t = (wall - ray.origin[axis]) / speed;
            if t < best.0 {
                let mut normal = Vec3::zeros();
                normal[axis] = -speed.signum();
                best = (t.max(0.0), normal);
            }
        }
    }
    best
}

impl Opening {
    /// Whether the wall's point at `u`, height `z` lies in the hole.
    pub(super) fn contains(&self, u: f32, z: f32) -> bool {
        u > self.left
            && u < self.left + self.width
            && z > self.bottom
            && z < self.bottom + self.height
    }

    /// What the ray meets beyond the wall's plane; `None` when it leaves the reveal into the room.
    pub(super) fn look<'s>(&'s self, ray: &Ray, wall: &'s Material) -> Option<Behind<'s>> {
        let low = Vec3::zeros();
        let high = Vec3::new(self.width, self.depth, self.height);
        let (distance, normal) = leave(ray, low, high);
        if normal.y > 0.0 {
            return None;
        }
        let point = ray.origin + ray.direction * distance;
        if normal.y == 0.0 {
            let floor = normal.z > 0.0 && self.bottom <= 0.01;
            let (material, class) = match &self.fill {
                Fill::Leaf(_) => (self.reveal.as_ref().unwrap_or(wall), DOOR),
                Fill::Passage(next) if floor => (&next.floor, FLOOR),
                // A lined doorway is part of the door; a bare one is a hole in the wall.
                Fill::Passage(_) if self.reveal.is_some() => {
                    (self.reveal.as_ref().unwrap_or(wall), DOOR)
                }
                _ => (self.reveal.as_ref().unwrap_or(wall), WALL),
            };
            return Some(Behind {
                distance,
                normal,
                uv: [point.x + point.y, point.z + point.y],
                material,
                class,
                lighting: Lighting::Room,
            });
        }
        let closed = |material, class, lighting| Behind {
            distance,
            normal,
            uv: [point.x, point.z],
            material,
            class,
            lighting,
        };
        Some(match &self.fill {
            Fill::Window(window) => {
                let lighting = if window.on_bar(point.x, point.z, self.width, self.height) {
                    Lighting::Room
                } else {
                    Lighting::Outside(window.view.radiance(ray.direction))
                };
                closed(&window.frame, WINDOWPANE, lighting)
            }
            Fill::Leaf(leaf) => {
                let material = leaf.at(point.x, point.z, self.width, self.height);
                closed(material, DOOR, Lighting::Room)
            }
            Fill::Passage(next) => {
                let entry = Ray {
                    origin: point,
                    direction: ray.direction,
                };
                next.look(&entry, distance, self.depth)
            }
        })
    }
}

impl Window {
    fn on_bar(&self, x: f32, z: f32, width: f32, height: f32) -> bool {
        if x < self.bar || x > width - self.bar || z < self.bar || z > height - self.bar {
            return true;
        }
        let split = height * self.transom;
        if (z - split).abs() < 0.5 * self.bar {
            return true;
        }
        let (low, high) = if z > split {
            (split, height)
        } else {
            (0.0, split)
        };
        let sash = width / self.columns as f32;
        let column = (x / sash).floor();
        let within = x - column * sash;
        // Where two sashes meet, each has its own frame.
        let post = self.bar * 0.9;
        if self.columns > 1 && (within < post || sash - within < post) {
            return true;
        }
        let near_line = |at: f32, span: f32, cells: u32| {
            let step = span / cells as f32;
            let nearest = (at / step).round();
            nearest > 0.0 && nearest < cells as f32 && (at - nearest * step).abs() < 0.3 * self.bar
        };
        near_line(within, sash, self.lattice[0]) || near_line(z - low, high - low, self.lattice[1])
    }
}

impl View {
    /// Radiance of the whole view, of which more is sky than ground.
    pub(super) fn daylight(&self) -> Rgb {
        self.sky * 0.7 + self.ground * 0.3
    }

    /// Radiance from a direction in the opening's frame.
    pub(super) fn radiance(&self, direction: Vec3) -> Rgb {
        let forward = direction.y.max(1e-3);
        let (x, z) = (direction.x / forward, direction.z / forward);
        let edge = self.skyline
            + self.relief * (noise::fractal(x * 4.0, 0.5, self.seed) - 0.5)
            + 0.5 * self.relief * (noise::cell((x * 5.0).floor() as i32, 3, self.seed) - 0.5);
        if z > edge {
            self.sky * (0.8 + 0.4 * noise::fractal(x * 1.5, z * 3.0, self.seed ^ 7))
        } else {
            let leaves = noise::fractal(x * 9.0, z * 9.0, self.seed ^ 9);
            let blocks = noise::cell(
                (x * 6.0).floor() as i32,
                (z * 8.0).floor() as i32,
                self.seed ^ 5,
            );
            self.ground * (0.4 + 0.8 * leaves + 0.5 * (blocks - 0.5))
        }
    }
}

impl Leaf {
    /// Lever and plate of the handle: from and to across, counted from the free edge, then from and to in height; metres.
    pub(super) const HANDLE: [[[f32; 2]; 2]; 2] = [
        [[0.05, 0.17], [1.028, 1.052]],
        [[0.045, 0.075], [0.93, 1.10]],
    ];

    fn at(&self, x: f32, z: f32, width: f32, height: f32) -> &Material {
        let from_handle = if self.handle_right { width - x } else { x };
        let on_handle = Self::HANDLE.iter().any(|[across, up]| {
            (across[0]..across[1]).contains(&from_handle) && (up[0]..up[1]).contains(&z)
        });
        if on_handle {
            return &self.handle;
        }
        match self.pane {
            Some([left, bottom, right, top])
                if x > left * width
                    && x < right * width
                    && z > bottom * height
                    && z < top * height =>
            {
                &self.glass
            }
            _ => &self.material,
        }
    }
}

impl Neighbour {
    fn look<'s>(&'s self, entry: &Ray, travelled: f32, reveal: f32) -> Behind<'s> {
        let low = Vec3::new(self.sides[0], reveal, -self.sill);
        let high = Vec3::new(self.sides[1], reveal + self.depth, self.height - self.sill);
        let (distance, normal) = leave(entry, low, high);
        let point = entry.origin + entry.direction * distance;
        let (material, class, uv) = if normal.z > 0.5 {
            (&self.floor, FLOOR, [point.x, point.y])
        } else if normal.z < -0.5 {
            (&self.ceiling, CEILING, [point.x, point.y])
        } else {
            (&self.wall, WALL, [point.x + point.y, point.z])
        };
        // Even light, a little stronger from above and from one side, shows the room's corners.
        let light = self.light * (0.85 + 0.15 * normal.x + 0.1 * normal.z);
        Behind {
            distance: travelled + distance,
            normal,
            uv,
            material,
            class,
            lighting: Lighting::Neighbour(light),
        }
    }
}

/// A window of one pane, a metre from its wall's left end, in a reveal of 10 cm: what tests look through.
#[cfg(test)]
pub(super) fn plain_window() -> Opening {
    Opening {
        left: 1.0,
        bottom: 0.9,
        width: 1.2,
        height: 1.2,
        depth: 0.1,
        reveal: None,
        fill: Fill::Window(Window {
            frame: Material::plain(Rgb::repeat(0.9)),
            bar: 0.05,
            columns: 1,
            transom: 1.0,
            lattice: [1, 1],
            view: View {
                sky: Rgb::repeat(1.0),
                ground: Rgb::repeat(0.5),
                skyline: 0.0,
                relief: 0.1,
                seed: 1,
            },
        }),
    }
}
