//! Repulsion between all nodes at once: a quad tree over flat arrays (Barnes and Hut).
//!
//! Points are sorted along a Z curve, so that a cell is a range and a leaf's points lie together. Each leaf walks the tree
//! once and gathers one list of cells and near points for all its points; the inner loop over that list is plain
//! arithmetic on arrays. Every leaf's forces are summed in an order of their own, so threads change nothing.

use super::force::ALONE;
use rayon::prelude::*;
use std::ops::Range;

/// Points a leaf holds at most, but where they coincide.
const LEAF: usize = 12;
/// Levels of the tree: bits of a coordinate.
const DEPTH: u32 = 16;
/// Points beyond which a leaf of coinciding points is taken as one.
const HEAP: usize = 64;
/// Lanes of the inner loop.
const LANES: usize = 8;

#[derive(Clone, Copy, Default)]
struct Cell {
    x: f32,
    y: f32,
    mass: f32,
    /// Square of the cell's width divided by the square of the opening angle.
    open: f32,
    start: u32,
    end: u32,
    /// The cell after this one and all below it; cells lie in the order of a walk.
    after: u32,
    leaf: bool,
}

/// Memory of the tree, kept between rounds.
#[derive(Default)]
pub(super) struct Tree {
    codes: Vec<u64>,
    spare: Vec<u64>,
    x: Vec<f32>,
    y: Vec<f32>,
    mass: Vec<f32>,
    cells: Vec<Cell>,
    leaves: Vec<(u32, u32)>,
    forces: Vec<[f32; 2]>,
}

/// Cells and points that act on one leaf.
#[derive(Default)]
struct Acting {
    x: Vec<f32>,
    y: Vec<f32>,
    mass: Vec<f32>,
}

impl Acting {
    fn push(&mut self, x: f32, y: f32, mass: f32) {
        self.x.push(x);
        self.y.push(y);
        self.mass.push(mass);
    }

    /// Fills the last lanes with nothing.
    fn pad(&mut self) {
        while !self.x.len().is_multiple_of(LANES) {
            self.push(0.0, 0.0, 0.0);
        }
    }

    /// Sum of `mass × d / |d|²` over everything.
    fn on(&self, x: f32, y: f32) -> [f32; 2] {
        let (mut fx, mut fy) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let lists = self.x.chunks_exact(LANES).zip(self.y.chunks_exact(LANES)).zip(self.mass.chunks_exact(LANES));
        for ((xs, ys), masses) in lists {
            for lane in 0..LANES {
                let (dx, dy) = (x - xs[lane], y - ys[lane]);
                let share = masses[lane] / (dx * dx + dy * dy + 1e-6);
                fx[lane] += dx * share;
                fy[lane] += dy * share;
            }
        }
        [fx.iter().sum(), fy.iter().sum()]
    }
}

impl Tree {
    /// Repulsion on every point, in the order given, into `out`.
    pub(super) fn repulsion(&mut self, at: &[[f32; 2]], mass: &[f32], theta: f32, out: &mut [[f32; 2]]) {
        self.sort(at, mass);
        self.cells.clear();
        self.leaves.clear();
        let width = extent(at).2;
        self.grow(0, at.len(), 0, width * width / (theta * theta));
        self.forces.resize(at.len(), [0.0; 2]);
        let (cells, xs, ys, masses) = (&self.cells, &self.x, &self.y, &self.mass);
        let mut slots = Vec::with_capacity(self.leaves.len());
        let mut rest = self.forces.as_mut_slice();
        for (start, end) in &self.leaves {
            let (own, others) = rest.split_at_mut((end - start) as usize);
            slots.push((*start as usize..*end as usize, own));
            rest = others;
        }
        let one = |acting: &mut Acting, (range, own): (Range<usize>, &mut [[f32; 2]])| {
            let (xs_own, ys_own) = (&xs[range.clone()], &ys[range]);
            gather(cells, xs, ys, masses, xs_own, ys_own, acting);
            for ((x, y), force) in xs_own.iter().zip(ys_own).zip(own) {
                *force = acting.on(*x, *y);
            }
        };
        if at.len() < ALONE {
            let mut acting = Acting::default();
            for slot in slots {
                one(&mut acting, slot);
            }
        } else {
            slots.into_par_iter().with_min_len(16).for_each_init(Acting::default, one);
        }
        for (code, force) in self.codes.iter().zip(&self.forces) {
            out[index_of(*code)] = *force;
        }
    }

    fn sort(&mut self, at: &[[f32; 2]], mass: &[f32]) {
        let (left, top, width) = extent(at);
        let scale = 65_535.0 / width.max(f32::MIN_POSITIVE);
        self.codes.clear();
        self.codes.extend((0_u64..).zip(at).map(|(index, [x, y])| {
            let code = u64::from(spread((x - left) * scale)) | u64::from(spread((y - top) * scale)) << 1;
            code << 32 | index
        }));
        radix_sort(&mut self.codes, &mut self.spare);
        self.x.clear();
        self.y.clear();
        self.mass.clear();
        for code in &self.codes {
            let index = index_of(*code);
            self.x.push(at[index][0]);
            self.y.push(at[index][1]);
            self.mass.push(mass[index]);
        }
    }

    /// Adds the cell over a range of sorted points and everything below it; returns centre and mass.
    fn grow(&mut self, start: usize, end: usize, depth: u32, open: f32) -> (f32, f32, f32) {
        let place = self.cells.len();
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.cells.push(Cell { open, start: small(start), end: small(end), ..Cell::default() });
        let (mut x, mut y, mut mass) = (0.0, 0.0, 0.0);
        let leaf = end - start <= LEAF || depth == DEPTH;
        if leaf {
            self.leaves.push((small(start), small(end)));
            for at in start..end {
                x += self.x[at] * self.mass[at];
                y += self.y[at] * self.mass[at];
                mass += self.mass[at];
            }
        } else {
            let shift = 32 + 2 * (DEPTH - 1 - depth);
            let mut from = start;
            while from < end {
                let quarter = self.codes[from] >> shift;
                let to = from + self.codes[from..end].partition_point(|code| code >> shift == quarter);
                let (part_x, part_y, part_mass) = self.grow(from, to, depth + 1, open / 4.0);
                x += part_x * part_mass;
                y += part_y * part_mass;
                mass += part_mass;
                from = to;
            }
        }
        let (x, y) = if mass > 0.0 { (x / mass, y / mass) } else { (x, y) };
        let after = small(self.cells.len());
        let cell = &mut self.cells[place];
        (cell.x, cell.y, cell.mass, cell.after, cell.leaf) = (x, y, mass, after, leaf);
        (x, y, mass)
    }
}

/// Everything that acts on the points of one leaf: far cells as one point each, near leaves point by point.
fn gather(cells: &[Cell], xs: &[f32], ys: &[f32], masses: &[f32], own_x: &[f32], own_y: &[f32], acting: &mut Acting) {
    acting.x.clear();
    acting.y.clear();
    acting.mass.clear();
    let span = |list: &[f32]| {
        list.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
    };
    let ((left, right), (top, bottom)) = (span(own_x), span(own_y));
    let mut at = 0;
    while let Some(cell) = cells.get(at) {
        let dx = (left - cell.x).max(cell.x - right).max(0.0);
        let dy = (top - cell.y).max(cell.y - bottom).max(0.0);
        let far = dx * dx + dy * dy > cell.open;
        if far || cell.leaf && (cell.end - cell.start) as usize > HEAP {
            acting.push(cell.x, cell.y, cell.mass);
            at = cell.after as usize;
        } else if cell.leaf {
            let range = cell.start as usize..cell.end as usize;
            acting.x.extend_from_slice(&xs[range.clone()]);
            acting.y.extend_from_slice(&ys[range.clone()]);
            acting.mass.extend_from_slice(&masses[range]);
            at = cell.after as usize;
        } else {
            at += 1;
        }
    }
    acting.pad();
}

/// Left, top and the width of the square around all points.
fn extent(at: &[[f32; 2]]) -> (f32, f32, f32) {
    let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    let [left, top, right, bottom] = at
        .iter()
        .fold(start, |[left, top, right, bottom], [x, y]| [left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)]);
    (left, top, (right - left).max(bottom - top).max(0.0))
}

/// Puts a zero between the bits of a number below 65,536.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn spread(value: f32) -> u32 {
    let mut bits = value.clamp(0.0, 65_535.0) as u32;
    bits = (bits | bits << 8) & 0x00ff_00ff;
    bits = (bits | bits << 4) & 0x0f0f_0f0f;
    bits = (bits | bits << 2) & 0x3333_3333;
    (bits | bits << 1) & 0x5555_5555
}

fn index_of(code: u64) -> usize {
    usize::try_from(code & u64::from(u32::MAX)).unwrap_or(0)
}

/// Sorts by the upper 32 bits; stable, so equal places keep their order.
fn radix_sort(codes: &mut Vec<u64>, spare: &mut Vec<u64>) {
    if codes.len() < 256 {
        codes.sort_unstable();
        return;
    }
    spare.clear();
    spare.resize(codes.len(), 0);
    for shift in [32, 43, 54] {
        let digit = |code: u64| usize::try_from(code >> shift & 0x7ff).unwrap_or(0);
        let mut places = [0_usize; 2048];
        for code in codes.iter() {
            places[digit(*code)] += 1;
        }
        let mut sum = 0;
        for place in &mut places {
            sum += std::mem::replace(place, sum);
        }
        for code in codes.iter() {
            let place = &mut places[digit(*code)];
            spare[*place] = *code;
            *place += 1;
        }
        std::mem::swap(codes, spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(n: usize) -> Vec<[f32; 2]> {
        (0..n).map(|i| [(i * 37 % 101) as f32, (i * 53 % 97) as f32 + i as f32 * 1e-3]).collect()
    }

    #[test]
    fn the_tree_comes_near_the_plain_sum() {
        let at = points(600);
        let mass: Vec<f32> = (0..600).map(|i| 1.0 + (i % 3) as f32).collect();
        let mut found = vec![[0.0; 2]; 600];
        Tree::default().repulsion(&at, &mass, 0.6, &mut found);
        for (i, [x, y]) in at.iter().enumerate() {
            let mut sum = [0.0_f32; 2];
            for ([u, v], m) in at.iter().zip(&mass) {
                let (dx, dy) = (x - u, y - v);
                let share = m / (dx * dx + dy * dy + 1e-6);
                sum = [sum[0] + dx * share, sum[1] + dy * share];
            }
            let off = (sum[0] - found[i][0]).hypot(sum[1] - found[i][1]);
            assert!(off < 0.05 * (1.0 + sum[0].hypot(sum[1])), "{i}: {off}");
        }
    }

    #[test]
    fn points_in_one_place_take_no_quadratic_time() {
        let at = vec![[3.0, 3.0]; 100_000];
        let mut found = vec![[0.0; 2]; at.len()];
        Tree::default().repulsion(&at, &vec![1.0; at.len()], 0.8, &mut found);
        assert!(found.iter().flatten().all(|v| v.is_finite()));
    }
}
