//! Numbers for invented logs and graphs.

/// A small generator of numbers: the same sequence everywhere.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(limit.max(1))).unwrap_or(0)
    }
}
