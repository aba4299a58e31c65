//! The map from code offsets in a rewritten module to those in the original module.

/// Translates code offsets. An empty map changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    /// The places from which on the distance between both offsets is another one: the new offset, and the original
    /// one. Both rise.
    places: Vec<(usize, usize)>,
}

impl OffsetMap {
    /// Records that what lies at `new` came from `original`. The offsets are those from the start of the modules.
    pub fn add(&mut self, new: usize, original: usize) {
        let known = self.places.last().is_some_and(|(n, o)| new.wrapping_sub(*n) == original.wrapping_sub(*o));
        if !known {
            self.places.push((new, original));
        }
    }

    /// Returns whether the map changes nothing.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Returns the original offset. Code that was added belongs to the instruction before it.
    pub fn original(&self, new: usize) -> usize {
        let next = self.places.partition_point(|(place, _)| *place <= new);
        let Some((place, original)) = next.checked_sub(1).map(|index| self.places[index]) else { return new };
        let offset = original + (new - place);
        self.places.get(next).map_or(offset, |(_, end)| offset.min(end - 1))
    }

    /// Returns the map as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.places.iter().flat_map(|(new, original)| [*new as u32, *original as u32]);
        numbers.flat_map(u32::to_le_bytes).collect()
    }

    /// Returns the map that [`OffsetMap::to_bytes`] has written.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (numbers, _) = bytes.as_chunks::<4>();
        let number = |bytes: [u8; 4]| u32::from_le_bytes(bytes) as usize;
        let (pairs, _) = numbers.as_chunks::<2>();
        Self { places: pairs.iter().map(|[new, original]| (number(*new), number(*original))).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_translated() {
        let mut map = OffsetMap::default();
        assert_eq!(map.original(7), 7);
        for (new, original) in [(20, 10), (25, 15), (33, 20), (40, 30)] {
            map.add(new, original);
        }
        assert_eq!(map.places.len(), 3, "the second place has the distance of the first");
        assert_eq!([20, 24, 29, 32, 33, 40, 50].map(|new| map.original(new)), [10, 14, 19, 19, 20, 30, 40]);
        assert_eq!(OffsetMap::from_bytes(&map.to_bytes()), map);
    }
}
