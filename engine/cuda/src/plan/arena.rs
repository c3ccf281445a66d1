//! Words of the arena, taken and given back.

use std::collections::BTreeMap;

/// Words to which everything is cut: 256 bytes.
pub(super) const LINE: u64 = 64;

/// Which words of the arena are free.
#[derive(Debug, Default)]
pub(super) struct Arena {
    /// Start and length of each free piece; no two touch.
    free: BTreeMap<u64, u64>,
    end: u64,
}

impl Arena {
    /// The most words that were ever in use.
    pub(super) fn words(&self) -> u64 {
        self.end
    }

    /// Takes words: the smallest free piece that has room, or new ones.
    pub(super) fn take(&mut self, words: u64) -> u64 {
        let wanted = words.next_multiple_of(LINE);
        let fitting = self.free.iter().filter(|(_, length)| **length >= wanted);
        let best = fitting
            .min_by_key(|(_, length)| **length)
            .map(|(start, length)| (*start, *length));
        let Some((start, length)) = best else {
            self.end += wanted;
            return self.end - wanted;
        };
        self.free.remove(&start);
        if length > wanted {
            self.free.insert(start + wanted, length - wanted);
        }
        start
    }

    /// Gives back what [`Self::take`] gave for as many words.
    pub(super) fn give_back(&mut self, start: u64, words: u64) {
        let (mut start, mut length) = (start, words.next_multiple_of(LINE));
        if let Some(after) = self.free.remove(&(start + length)) {
            length += after;
        }
        let before = self.free.range(..start).next_back();
        if let Some((before, before_length)) = before.map(|(start, length)| (*start, *length)) {
            if before + before_length == start {
                self.free.remove(&before);
                (start, length) = (before, before_length + length);
            }
        }
        self.free.insert(start, length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_used_again_and_joined() {
        let mut arena = Arena::default();
        let [a, b, c] = [arena.take(100), arena.take(1), arena.take(64)];
        assert_eq!((a, b, c, arena.words()), (0, 128, 192, 256));
        arena.give_back(a, 100);
        assert_eq!(arena.take(64), 0);
        arena.give_back(b, 1);
        assert_eq!(arena.take(128), 64);
        assert_eq!(arena.take(1), 256);
    }
}
