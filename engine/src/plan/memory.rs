//! Words of a block of memory, taken and given back.

use std::collections::BTreeMap;

/// Which words are free.
#[derive(Debug)]
pub(super) struct Memory {
    /// Everything is cut at multiples of this.
    grain: usize,
    /// Start and length of each free piece; no two touch.
    free: BTreeMap<usize, usize>,
    end: usize,
}

impl Memory {
    pub(super) fn new(grain: usize) -> Self {
        Self {
            grain,
            free: BTreeMap::new(),
            end: 0,
        }
    }

    /// The most words that were ever in use.
    pub(super) fn words(&self) -> usize {
        self.end
    }

    /// Takes `words` words: the smallest free piece that has room, or new ones.
    pub(super) fn take(&mut self, words: usize) -> usize {
        let wanted = words.next_multiple_of(self.grain);
        let fitting = self.free.iter().filter(|(_, length)| **length >= wanted);
        if let Some((start, length)) = fitting
            .min_by_key(|(_, length)| **length)
            .map(|(s, l)| (*s, *l))
        {
            self.free.remove(&start);
            if length > wanted {
                self.free.insert(start + wanted, length - wanted);
            }
            return start;
        }
        self.extend(wanted)
    }

    /// Gives back what [`Self::take`] gave for as many words.
    pub(super) fn give_back(&mut self, start: usize, words: usize) {
        let (mut start, mut length) = (start, words.next_multiple_of(self.grain));
        if let Some(after) = self.free.remove(&(start + length)) {
            length += after;
        }
        if let Some((before, before_length)) =
            self.free.range(..start).next_back().map(|(s, l)| (*s, *l))
        {
            if before + before_length == start {
                self.free.remove(&before);
                (start, length) = (before, before_length + length);
            }
        }
        self.free.insert(start, length);
    }

    /// New words at the end; a free piece there is made longer.
    fn extend(&mut self, wanted: usize) -> usize {
        let last = self
            .free
            .last_key_value()
            .map(|(start, length)| (*start, *length));
        let start = match last.filter(|(start, length)| start + length == self.end) {
            Some((start, _)) => {
                self.free.remove(&start);
                start
            }
            None => self.end,
        };
        self.end = start + wanted;
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_used_again_and_joined() {
        let mut memory = Memory::new(16);
        let [a, b, c] = [memory.take(100), memory.take(1), memory.take(64)];
        assert_eq!((a, b, c, memory.words()), (0, 112, 128, 192));
        memory.give_back(a, 100);
        assert_eq!(memory.take(16), 0);
        memory.give_back(b, 1);
        assert_eq!(memory.take(112), 16);
        memory.give_back(c, 64);
        assert_eq!((memory.take(80), memory.words()), (128, 208));
    }
}
