//! The shapes of nodes as corners on a square from -1 to 1, so that every writer draws the same.

use std::f32::consts::TAU;

/// Shape of a node's mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// Network things.
    Circle,
    /// Files.
    Hexagon,
    /// Accounts, phones, mail.
    RoundedSquare,
    /// Crypto-assets.
    Diamond,
    /// Persons and groups.
    Person,
    /// Cases.
    Square,
    /// Evidence: a sheet with a folded corner.
    Document,
    /// Units.
    Shield,
}

impl Shape {
    /// Its outlines as corners, clockwise, on a square from -1 to 1; a person has two.
    #[must_use]
    pub fn outlines(self) -> Vec<Vec<[f32; 2]>> {
        match self {
            Self::Circle => vec![round(0.0, 0.0, 1.0, 24)],
            Self::Hexagon => vec![round(0.0, 0.0, 1.05, 6)],
            Self::RoundedSquare => vec![rounded_square()],
            Self::Diamond => vec![vec![[0.0, -1.2], [1.0, 0.0], [0.0, 1.2], [-1.0, 0.0]]],
            Self::Person => vec![round(0.0, -0.5, 0.5, 16), shoulders()],
            Self::Square => vec![vec![[-0.95, -0.95], [0.95, -0.95], [0.95, 0.95], [-0.95, 0.95]]],
            Self::Document => vec![vec![[-0.8, -1.0], [0.3, -1.0], [0.8, -0.5], [0.8, 1.0], [-0.8, 1.0]]],
            Self::Shield => {
                vec![vec![[-0.9, -0.9], [0.0, -1.1], [0.9, -0.9], [0.85, 0.2], [0.0, 1.15], [-0.85, 0.2]]]
            }
        }
    }
}

fn round(x: f32, y: f32, radius: f32, corners: u8) -> Vec<[f32; 2]> {
    let corner = |at: u8| {
        let angle = TAU * f32::from(at) / f32::from(corners);
        [x + radius * angle.cos(), y + radius * angle.sin()]
    };
    (0..corners).map(corner).collect()
}

fn rounded_square() -> Vec<[f32; 2]> {
    let mut corners = Vec::new();
    for (quarter, (x, y)) in (0_u8..).zip([(0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)]) {
        for step in 0..=3_u8 {
            let angle = TAU / 4.0 * (f32::from(quarter) + f32::from(step) / 3.0);
            corners.push([x + 0.42 * angle.cos(), y + 0.42 * angle.sin()]);
        }
    }
    corners
}

fn shoulders() -> Vec<[f32; 2]> {
    let arch = (0..=10_u8).map(|at| {
        let angle = TAU / 2.0 * (1.0 + f32::from(at) / 10.0);
        [0.95 * angle.cos(), 1.0 + 0.9 * angle.sin()]
    });
    arch.collect()
}
