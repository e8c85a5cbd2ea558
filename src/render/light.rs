//! Light on surfaces: windows and lamps with soft shadows, one gathered bounce over an even ambient term, mirrors.

use super::{
    Rgb, Vec3,
    draw::Draw,
    light_source::{Shading, WINDOW_LIGHT_OUT, WINDOW_LIGHT_SPARE},
    opening::Lighting,
    scene::Scene,
    shell::Hit,
    solid::Ray,
};

/// Surfaces that mirror more than this are mirrors, which would be black plates without what they reflect.
const MIRROR_GLOSS: f32 = 0.5;

/// How many rays one lighting estimate takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) gather: u32,
    pub(super) shadows: u32,
}

/// Number of interleaved parts of a sample set.
pub(super) const SPOTS: u32 = 16;

/// One of the [`SPOTS`] parts of a photo's set of samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// Which part.
    pub(super) part: u32,
    /// Shift of the whole set, different in each photo.
    pub(super) shift: [f32; 2],
}

impl Spot {
    /// Sample `index` of this part, in the unit square.
    fn sample(self, index: u32) -> [f32; 2] {
        // The R2 sequence: multiples of the powers of the inverse plastic number fill the square evenly.
        const STEP: [f64; 2] = [0.754_877_666_246_692_8, 0.569_840_290_998_053_3];
        let n = f64::from(index * SPOTS + self.part);
        let along = |axis: usize| ((n * STEP[axis]).fract() as f32 + self.shift[axis]).fract();
        [along(0), along(1)]
    }
}

impl Scene {
    /// Even light of the whole room, estimated from what its lights give and its walls take.
    pub(super) fn settle_ambient(&mut self) {
        let mut power = Rgb::zeros();
        for window in &self.windows {
            power += window.radiance * window.area();
        }
        for lamp in &self.lamps {
            power += lamp.intensity * 4.0;
        }
        // An interior returns about half of the light that it gets; the sum of its bounces is r / (1 - r).
        const RETURN: f32 = 0.55;
        let surface = self.surface_area.max(1.0);
        self.ambient = power * (RETURN / (1.0 - RETURN) / surface) + self.fill_light;
    }

    /// Light at a point from all windows and lamps, without shadows, over pi.
    fn open_light(&self, point: Vec3, normal: Vec3) -> Rgb {
        let mut sum = self.ambient;
        for window in &self.windows {
            let middle = window.corner + window.right * 0.5 + window.up * 0.5;
            sum += window.radiance * form(point, normal, middle, window.inward, window.area());
        }
        for lamp in &self.lamps {
            sum += lamp.intensity * lamp_form(point, normal, lamp.position);
        }
        sum
    }

    /// Light that arrives at a point, over pi, so that times the reflectance it is the radiance. `spot` numbers the point
    /// among its neighbours: neighbouring points take interleaved parts of one even set of samples, so that an average
    /// over them sees the whole set.
    pub(super) fn light(&self, point: Vec3, normal: Vec3, effort: Effort, spot: Spot) -> Rgb {
        if self.shading == Shading::Plain {
            return self.plain_light(normal);
        }
        let start = point + normal * 2e-3;
        let mut sum = Rgb::zeros();
        for window in &self.windows {
            let area = window.area() / effort.shadows as f32;
            for sample in 0..effort.shadows {
                let [a, b] = spot.sample(sample);
                let target = window.corner + window.right * a + window.up * b;
                let seen = form(point, normal, target, window.inward, area);
                if seen > 0.0 && !self.blocked(start, target, WINDOW_LIGHT_SPARE) {
                    sum += window.radiance * seen;
                }
            }
        }
        for lamp in &self.lamps {
            let samples = effort.shadows.div_ceil(2);
            for sample in 0..samples {
                let [a, b] = spot.sample(sample);
                let jitter = Vec3::new(a - 0.5, b - 0.5, (a + b).fract() - 0.5) * lamp.radius;
                let seen = lamp_form(point, normal, lamp.position + jitter) / samples as f32;
                if seen > 0.0 && !self.blocked(start, lamp.position + jitter, lamp.radius) {
                    sum += lamp.intensity * seen;
                }
            }
        }
        sum + self.gather(start, normal, effort.gather, spot)
    }

    fn plain_light(&self, normal: Vec3) -> Rgb {
        let facing = normal.dot(&self.plain_direction);
        self.ambient * (0.75 + 0.25 * facing)
    }

    fn gather(&self, start: Vec3, normal: Vec3, rays: u32, spot: Spot) -> Rgb {
        let tangent = if normal.z.abs() < 0.9 {
            normal.cross(&Vec3::z())
        } else {
            normal.cross(&Vec3::x())
        }
        .normalize();
        let other = normal.cross(&tangent);
        let mut sum = Rgb::zeros();
        for ray in 0..rays {
            // Even over the disc, lifted to the hemisphere, directions are weighted by the cosine.
            let [a, b] = spot.sample(ray);
            let (reach, angle) = (a.sqrt(), b * std::f32::consts::TAU);
            let direction = tangent * (reach * angle.cos())
                + other * (reach * angle.sin())
                + normal * (1.0 - a).max(0.0).sqrt();
            let Some(hit) = self.trace(&Ray {
                origin: start,
                direction,
            }) else {
                sum += self.ambient;
                continue;
            };
            sum += match hit.lighting {
                Lighting::Room => hit
                    .material
                    .mean()
                    .component_mul(&self.open_light(hit.point, hit.normal)),
                Lighting::Outside(radiance) if self.behind_light(start, &hit) => radiance,
                Lighting::Neighbour(light) if self.behind_light(start, &hit) => {
                    hit.material.mean() * light
                }
                // Windows and passages are sampled as lights; what is seen through them must not count twice.
                Lighting::Outside(_) | Lighting::Neighbour(_) => Rgb::zeros(),
            };
        }
        sum / rays.max(1) as f32
    }

    /// Whether a point lies in the reveal of the opening that `hit` was seen through, so far out that the opening's
    /// rectangle of light does not reach it.
    fn behind_light(&self, point: Vec3, hit: &Hit<'_>) -> bool {
        hit.wall
            .is_some_and(|index| self.shell.walls[index].beyond(point) > WINDOW_LIGHT_OUT)
    }

    /// Direct sunlight at a point, over pi.
    fn sunlight(&self, point: Vec3, normal: Vec3) -> Rgb {
        let Some(sun) = &self.sun else {
            return Rgb::zeros();
        };
        let facing = normal.dot(&sun.towards);
        if facing <= 0.0 {
            return Rgb::zeros();
        }
        let ray = Ray {
            origin: point + normal * 2e-3,
            direction: sun.towards,
        };
        match self.trace(&ray) {
            Some(hit) if matches!(hit.lighting, Lighting::Outside(_)) => sun.strength * facing,
            _ => Rgb::zeros(),
        }
    }

    /// Radiance towards the viewer of a point whose diffuse light is known; `footprint` is the width that a pixel covers
    /// there, metres.
    pub(super) fn shade(
        &self,
        ray: &Ray,
        hit: &Hit<'_>,
        light: Rgb,
        footprint: f32,
        draw: &mut Draw,
    ) -> Rgb {
        let albedo = hit.material.albedo(hit.uv[0], hit.uv[1], footprint);
        let diffuse = match hit.lighting {
            Lighting::Outside(radiance) => radiance,
            Lighting::Neighbour(light) => albedo * light,
            Lighting::Room if self.shading == Shading::Plain => albedo.component_mul(&light),
            Lighting::Room => albedo.component_mul(&(light + self.sunlight(hit.point, hit.normal))),
        };
        let radiance = diffuse + hit.material.glow_at(albedo);
        let matt = match self.shading {
            Shading::Rays => 0.0,
            Shading::Plain => MIRROR_GLOSS,
        };
        if hit.material.gloss > matt {
            self.mirror(ray, hit, radiance, draw)
        } else {
            radiance
        }
    }

    /// Mixes what a glossy surface mirrors into its own radiance.
    fn mirror(&self, ray: &Ray, hit: &Hit<'_>, own: Rgb, draw: &mut Draw) -> Rgb {
        /// Directions over which a rough surface averages.
        const DIRECTIONS: usize = 3;
        /// A scattered reflection of a bright spot is limited to this radiance, or single samples of it would sparkle.
        const BRIGHTEST: f32 = 2.5;
        let material = hit.material;
        let facing = -ray.direction.dot(&hit.normal);
        // Schlick's approximation of Fresnel reflection, weakened by roughness.
        let grazing = (1.0 - facing.clamp(0.0, 1.0)).powi(5) * (1.0 - 0.7 * material.roughness);
        let share = material.gloss + (1.0 - material.gloss) * 0.6 * grazing;
        let mirrored = ray.direction + hit.normal * (2.0 * facing);
        let scatter = material.roughness * 0.2;
        let directions = if scatter > 0.02 { DIRECTIONS } else { 1 };
        let mut seen = Rgb::zeros();
        for _ in 0..directions {
            let jitter = Vec3::new(
                draw.uniform(-1.0, 1.0),
                draw.uniform(-1.0, 1.0),
                draw.uniform(-1.0, 1.0),
            );
            let direction = (mirrored + jitter * scatter).normalize();
            if direction.dot(&hit.normal) <= 0.0 {
                continue;
            }
            let radiance = self.glimpse(&Ray {
                origin: hit.point + hit.normal * 2e-3,
                direction,
            });
            seen += if directions > 1 {
                radiance.map(|c| c.min(BRIGHTEST))
            } else {
                radiance
            };
        }
        own * (1.0 - share) + seen * (share / directions as f32)
    }

    /// Radiance along a mirrored ray, with unshadowed light.
    fn glimpse(&self, ray: &Ray) -> Rgb {
        let Some(hit) = self.trace(ray) else {
            return self.ambient;
        };
        let albedo = hit.material.albedo(hit.uv[0], hit.uv[1], 0.02);
        match hit.lighting {
            Lighting::Outside(radiance) => radiance,
            Lighting::Neighbour(light) => albedo * light,
            Lighting::Room => {
                let light = match self.shading {
                    Shading::Rays => self.open_light(hit.point, hit.normal),
                    Shading::Plain => self.plain_light(hit.normal),
                };
                albedo.component_mul(&light) + hit.material.glow_at(albedo)
            }
        }
    }
}

/// Share of a small rectangle's radiance that arrives at a point: cosines times area over pi times squared distance.
fn form(point: Vec3, normal: Vec3, target: Vec3, target_normal: Vec3, area: f32) -> f32 {
    let offset = target - point;
    let squared = offset.norm_squared();
    let direction = offset / squared.sqrt().max(1e-6);
    let receive = normal.dot(&direction);
    let send = -target_normal.dot(&direction);
    if receive <= 0.0 || send <= 0.0 {
        return 0.0;
    }
    // Nearer than the rectangle's own size the point formula diverges; the area bounds the squared distance.
    receive * send * area / (std::f32::consts::PI * squared.max(0.3 * area))
}

fn lamp_form(point: Vec3, normal: Vec3, lamp: Vec3) -> f32 {
    let offset = lamp - point;
    let squared = offset.norm_squared();
    let facing = normal.dot(&offset) / squared.sqrt().max(1e-6);
    if facing <= 0.0 {
        0.0
    } else {
        facing / squared.max(0.04)
    }
}
