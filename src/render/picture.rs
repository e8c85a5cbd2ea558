//! From a scene to linear radiance and labels: one ray a pixel, light on a coarse grid, more samples along edges.

use super::{
    Rgb,
    draw::Draw,
    light::{Effort, SPOTS, Spot},
    light_source::Shading,
    opening::Lighting,
    scene::Scene,
    shell::Hit,
    view::Camera,
};
use crate::ade20k::{ClassIndex, UNKNOWN};

/// Distance of the light grid's points, px.
const GRID_STEP: usize = 4;
/// Rays of one point of the light grid.
const GRID_EFFORT: Effort = Effort {
    gather: 28,
    shadows: 4,
};
/// Rays of a pixel that no point of the grid speaks for.
const EDGE_EFFORT: Effort = Effort {
    gather: 8,
    shadows: 2,
};
/// Additional samples of a pixel on an edge, as offsets from its centre.
const EDGE_SAMPLES: [[f32; 2]; 3] = [[-0.3, -0.15], [0.3, -0.3], [0.1, 0.35]];

/// Classes at pixel centres, row-major.
pub(super) fn labels(scene: &Scene, camera: &Camera) -> Vec<ClassIndex> {
    pixels(camera)
        .map(|(x, y)| {
            scene
                .trace(&camera.ray(x, y))
                .map_or(UNKNOWN, |hit| hit.class)
        })
        .collect()
}

fn pixels(camera: &Camera) -> impl Iterator<Item = (f32, f32)> + use<> {
    let [width, height] = camera.size;
    (0..height).flat_map(move |y| (0..width).map(move |x| (x as f32 + 0.5, y as f32 + 0.5)))
}

/// Linear radiance and classes of a picture, row-major.
pub(super) struct Picture {
    pub(super) radiance: Vec<Rgb>,
    pub(super) labels: Vec<ClassIndex>,
}

/// Renders the picture.
pub(super) fn render(scene: &Scene, camera: &Camera, draw: &mut Draw) -> Picture {
    let hits: Vec<Option<Hit<'_>>> = pixels(camera)
        .map(|(x, y)| scene.trace(&camera.ray(x, y)))
        .collect();
    let grid = LightGrid::new(scene, camera, &hits, draw);
    let width = camera.size[0] as usize;
    let mut radiance: Vec<Rgb> = pixels(camera)
        .zip(&hits)
        .map(|((x, y), hit)| grid.radiance(scene, camera, x, y, hit.as_ref(), draw))
        .collect();
    for index in edges(&hits, width) {
        let (x, y) = ((index % width) as f32 + 0.5, (index / width) as f32 + 0.5);
        let mut sum = radiance[index];
        for [dx, dy] in EDGE_SAMPLES {
            let hit = scene.trace(&camera.ray(x + dx, y + dy));
            sum += grid.radiance(scene, camera, x + dx, y + dy, hit.as_ref(), draw);
        }
        radiance[index] = sum / (1 + EDGE_SAMPLES.len()) as f32;
    }
    let labels = hits
        .iter()
        .map(|hit| hit.as_ref().map_or(UNKNOWN, |hit| hit.class))
        .collect();
    Picture { radiance, labels }
}

/// Pixels whose right or lower neighbour shows another surface, and those neighbours.
fn edges(hits: &[Option<Hit<'_>>], width: usize) -> Vec<usize> {
    let differ = |a: &Option<Hit<'_>>, b: &Option<Hit<'_>>| match (a, b) {
        (Some(a), Some(b)) => {
            a.class != b.class
                || !std::ptr::eq(a.material, b.material)
                || a.normal.dot(&b.normal) < 0.9
                || matches!(a.lighting, Lighting::Outside(_))
                    != matches!(b.lighting, Lighting::Outside(_))
        }
        _ => true,
    };
    let mut marked = vec![false; hits.len()];
    for index in 0..hits.len() {
        if (index + 1) % width != 0 && differ(&hits[index], &hits[index + 1]) {
            marked[index] = true;
            marked[index + 1] = true;
        }
        if index + width < hits.len() && differ(&hits[index], &hits[index + width]) {
            marked[index] = true;
            marked[index + width] = true;
        }
    }
    (0..hits.len()).filter(|&index| marked[index]).collect()
}

/// Diffuse light at every few pixels, blended between where the surface is the same.
struct LightGrid<'s> {
    columns: usize,
    rows: usize,
    /// Shift of the photo's light samples.
    shift: [f32; 2],
    points: Vec<Option<(Hit<'s>, Rgb)>>,
}

impl<'s> LightGrid<'s> {
    fn new(
        scene: &'s Scene,
        camera: &Camera,
        hits: &[Option<Hit<'s>>],
        draw: &mut Draw,
    ) -> LightGrid<'s> {
        let [width, height] = camera.size.map(|n| n as usize);
        let columns = width.div_ceil(GRID_STEP) + 1;
        let rows = height.div_ceil(GRID_STEP) + 1;
        let shift = [draw.uniform(0.0, 1.0), draw.uniform(0.0, 1.0)];
        let mut points = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let x = (column * GRID_STEP).min(width - 1);
                let y = (row * GRID_STEP).min(height - 1);
                points.push(hits[y * width + x].as_ref().and_then(|hit| {
                    (hit.lighting == Lighting::Room).then(|| {
                        let spot = Spot {
                            part: part(column, row),
                            shift,
                        };
                        let light = scene.light(hit.point, hit.normal, GRID_EFFORT, spot);
                        (*hit, light)
                    })
                }));
            }
        }
        let mut grid = LightGrid {
            columns,
            rows,
            shift,
            points,
        };
        if scene.shading == Shading::Rays {
            grid.smooth();
            grid.smooth();
        }
        grid
    }

    /// Averages each point with its neighbours on the same surface, against the noise of few rays.
    fn smooth(&mut self) {
        let smoothed = (0..self.points.len())
            .map(|index| {
                let (hit, light) = self.points[index].as_ref()?;
                let (column, row) = (index % self.columns, index / self.columns);
                let (mut sum, mut weight) = (*light * 2.0, 2.0);
                for (dx, dy) in [
                    (0, 1),
                    (1, 0),
                    (1, 2),
                    (2, 1),
                    (0, 0),
                    (2, 0),
                    (0, 2),
                    (2, 2),
                ] {
                    let (x, y) = ((column + dx).wrapping_sub(1), (row + dy).wrapping_sub(1));
                    if x < self.columns
                        && y < self.rows
                        && let Some((other, near)) = &self.points[y * self.columns + x]
                        && same_surface(hit, other)
                    {
                        sum += near;
                        weight += 1.0;
                    }
                }
                Some((*hit, sum / weight))
            })
            .collect();
        self.points = smoothed;
    }

    fn light(&self, x: f32, y: f32, hit: &Hit<'_>) -> Option<Rgb> {
        let step = GRID_STEP as f32;
        let (gx, gy) = ((x - 0.5).max(0.0) / step, (y - 0.5).max(0.0) / step);
        let (column, row) = (gx as usize, gy as usize);
        let (fx, fy) = (gx - column as f32, gy - row as f32);
        let mut sum = Rgb::zeros();
        let mut total = 0.0;
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            if column + dx >= self.columns || row + dy >= self.rows {
                continue;
            }
            if let Some((other, light)) = &self.points[(row + dy) * self.columns + column + dx]
                && same_surface(hit, other)
            {
                let wx = if dx == 0 { 1.0 - fx } else { fx };
                let wy = if dy == 0 { 1.0 - fy } else { fy };
                let weight = wx * wy + 1e-3;
                sum += light * weight;
                total += weight;
            }
        }
        (total > 0.0).then(|| sum / total)
    }

    fn radiance(
        &self,
        scene: &Scene,
        camera: &Camera,
        x: f32,
        y: f32,
        hit: Option<&Hit<'_>>,
        draw: &mut Draw,
    ) -> Rgb {
        let Some(hit) = hit else {
            return scene.ambient;
        };
        let light = match hit.lighting {
            Lighting::Room => self.light(x, y, hit).unwrap_or_else(|| {
                let spot = Spot {
                    part: part(x as usize, y as usize),
                    shift: self.shift,
                };
                scene.light(hit.point, hit.normal, EDGE_EFFORT, spot)
            }),
            _ => Rgb::zeros(),
        };
        let ray = camera.ray(x, y);
        let facing = ray.direction.dot(&hit.normal).abs().max(0.08);
        let footprint = hit.distance / camera.focal / facing.sqrt();
        scene.shade(&ray, hit, light, footprint, draw)
    }
}

/// Part of the sample set for a point of a lattice: all parts in every 4 x 4 block.
fn part(column: usize, row: usize) -> u32 {
    // Bit-reversed order keeps points that touch far apart in the set.
    const ORDER: [u32; 16] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
    ORDER[(row % 4) * 4 + column % 4] % SPOTS
}

fn same_surface(a: &Hit<'_>, b: &Hit<'_>) -> bool {
    a.normal.dot(&b.normal) > 0.92
        && (a.point - b.point).dot(&a.normal).abs() < 0.01 + 0.004 * a.distance
}
