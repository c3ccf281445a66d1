//! A game's moves as the blocks hold them: what they weigh, and what the last one led to.

use assay_client::{Account, At, ChainClient, ChainError, Extrinsic, Head, Included};
use assay_game::{DisputeView, Entry, GameId, Move, Party, Standing};
use assay_protocol::{Balance, BlockNumber, JobId, PerMille, SegmentIndex};
use codec::{Compact, Decode};
use serde::Serialize;

use crate::{output::decimal, CliError};

/// Blocks before the first move in which the opening is looked for.
const BEFORE: u32 = 500;

/// Picoseconds of weight in a millisecond.
const PER_MILLI: f64 = 1e9;

/// A game's moves as the blocks hold them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct History {
    /// The block in which the game was opened, unless that is long before its first move.
    pub opened_at: Option<u32>,
    /// The block of the verdict.
    pub ended_at: Option<u32>,
    /// From one to the other by the blocks' own times, while the node has these blocks' states.
    pub seconds: Option<u64>,
    /// Moves.
    pub moves: u32,
    /// Moves in which the provider has shown nodes of a tree: each narrows the argument by up to 64.
    pub rounds: u32,
    /// Bytes of all moves in their blocks.
    pub bytes: u64,
    /// Weight of the last move, in which the chain computes, in milliseconds; while the node has that block's state.
    pub prove_weight_ms: Option<f64>,
    /// The moves, in order.
    pub log: Vec<Made>,
    /// What a conviction took; while the node has that block's state.
    #[serde(skip)]
    pub slashed: Option<Slashed>,
    /// The encoding of the node in dispute, once it was shown.
    #[serde(skip)]
    pub node: Option<Vec<u8>>,
}

/// A move that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The block that holds it.
    pub block: u32,
    /// Its number, from 0.
    pub round: u32,
    /// Who made it.
    pub by: Party,
    /// Which kind of move.
    pub kind: &'static str,
    /// Its bytes in the block.
    pub bytes: u32,
}

/// What a conviction took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slashed {
    /// Number of the slash.
    pub number: u64,
    /// The provider's owner account.
    pub provider: Account,
    /// How much; nothing if an earlier conviction had taken all.
    #[serde(serialize_with = "decimal")]
    pub amount: Balance,
    /// Games that share the reward.
    pub shares: u32,
    /// What each challenger gets.
    #[serde(serialize_with = "decimal")]
    pub reward: Balance,
    /// The block of chain time from which it is paid out.
    pub held_until: BlockNumber,
}

/// What an extrinsic has to do with a game.
#[derive(Clone, Debug, PartialEq)]
enum Act {
    Opened,
    Moved { round: u32, mv: Box<Move> },
    TimedOut,
}

/// An extrinsic's place.
#[derive(Clone, Copy)]
struct Spot {
    block: Head,
    index: u32,
}

/// Reads a game's history.
struct Reader<'a> {
    chain: &'a ChainClient,
    view: &'a DisputeView<Account>,
    /// The winners' share of a slash.
    share: PerMille,
    history: History,
}

impl History {
    /// Reads the blocks from a dispute's end, or the best one, back to its opening. `share` is the winners' share of a slash.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn read(
        chain: &ChainClient,
        view: &DisputeView<Account>,
        share: PerMille,
        best: Head,
    ) -> Result<Self, CliError> {
        let last = last_block(chain, view, best).await?;
        let mut reader = Reader {
            chain,
            view,
            share,
            history: Self::default(),
        };
        reader.read_back_from(last).await?;
        let mut history = reader.history;
        history.log.reverse();
        history.seconds = history.time(chain).await;
        Ok(history)
    }

    /// The first move, once the blocks have been read back to it.
    fn first(&self) -> Option<&Made> {
        self.log.last().filter(|made| made.round == 0)
    }

    /// Whether everything before block `number` is of no interest.
    fn is_whole_before(&self, number: u32) -> bool {
        let far = |first: &Made| number.saturating_add(BEFORE) < first.block;
        self.opened_at.is_some() || self.first().is_some_and(far)
    }

    fn note(&mut self, round: u32, mv: &Move, block: u32, bytes: u32) {
        let (kind, by) = kind(mv);
        if let Move::OpenTiles(open) = mv {
            self.node = Some(open.node.to_vec());
        }
        self.moves = self.moves.saturating_add(1);
        self.rounds = self.rounds.saturating_add(shows(mv).into());
        self.bytes = self.bytes.saturating_add(bytes.into());
        self.log.push(Made {
            block,
            round,
            by,
            kind,
            bytes,
        });
    }

    async fn time(&self, chain: &ChainClient) -> Option<u64> {
        let (from, to) = (self.opened_at?, self.ended_at?);
        let (from, to) = (time(chain, from).await?, time(chain, to).await?);
        Some(to.saturating_sub(from) / 1_000)
    }
}

impl Reader<'_> {
    async fn read_back_from(&mut self, last: u32) -> Result<(), CliError> {
        let mut number = last;
        while number > 0 && !self.history.is_whole_before(number) {
            let Some(hash) = self.chain.block_hash(number).await? else {
                break;
            };
            let block = Head { number, hash };
            for extrinsic in self.chain.extrinsics(hash).await?.iter().rev() {
                let index = extrinsic.index;
                if let Some(act) = Act::of(extrinsic, self.view) {
                    self.take(Spot { block, index }, act, extrinsic.length)
                        .await?;
                }
            }
            number -= 1;
        }
        Ok(())
    }

    async fn take(&mut self, spot: Spot, act: Act, length: u32) -> Result<(), CliError> {
        let block = spot.block.number;
        match act {
            Act::Opened => {
                if self.opens(spot).await? {
                    self.history.opened_at = Some(block);
                }
            }
            Act::TimedOut => {
                if let Some(included) = self.included(spot).await? {
                    self.history.ended_at = Some(block);
                    self.history.slashed = Slashed::of(&included, self.share);
                }
            }
            Act::Moved { round, mv } => {
                if let Move::Prove(_) | Move::ShowSlot(_) = *mv {
                    let included = self.included(spot).await?;
                    self.history.ended_at = Some(block);
                    self.history.prove_weight_ms = included.as_ref().and_then(weight_ms);
                    self.history.slashed =
                        included.and_then(|included| Slashed::of(&included, self.share));
                }
                self.history.note(round, &mv, block, length);
            }
        }
        Ok(())
    }

    /// Whether an extrinsic has opened this very dispute, and not one like it. Without its events it is taken for that if
    /// it is the last one before the first move.
    async fn opens(&self, spot: Spot) -> Result<bool, CliError> {
        match self.chain.outcome(spot.block, spot.index).await {
            Ok(included) => Ok(opens(&included, self.view)),
            Err(ChainError::Failed { .. }) => Ok(false),
            Err(error) if error.is_transient() => Ok(self.history.first().is_some()),
            Err(error) => Err(error.into()),
        }
    }

    /// What an extrinsic made happen; nothing if it failed, or if the node does not have the block's state any more.
    async fn included(&self, spot: Spot) -> Result<Option<Included>, CliError> {
        match self.chain.outcome(spot.block, spot.index).await {
            Ok(included) => Ok(Some(included)),
            Err(ChainError::Failed { .. }) => Ok(None),
            Err(error) if error.is_transient() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The last block that can have to do with a dispute: chain time lags behind the blocks by those that did not count.
async fn last_block(
    chain: &ChainClient,
    view: &DisputeView<Account>,
    best: Head,
) -> Result<u32, CliError> {
    let (Standing::Ended { at, .. } | Standing::Moot { at }) = view.standing else {
        return Ok(best.number);
    };
    let now = chain.chain_time(At::Block(best.hash)).await?;
    let stalled = best.number.saturating_sub(now);
    Ok(at.saturating_add(stalled).min(best.number))
}

impl Act {
    fn of(extrinsic: &Extrinsic, view: &DisputeView<Account>) -> Option<Self> {
        if extrinsic.pallet != "Disputes" {
            return None;
        }
        let arguments = &mut &extrinsic.arguments[..];
        match extrinsic.name.as_str() {
            "play" => {
                let (game, round, mv) = <(GameId, u32, Box<Move>)>::decode(arguments).ok()?;
                (game == view.game).then_some(Self::Moved { round, mv })
            }
            "time_out" => (GameId::decode(arguments).ok()? == view.game).then_some(Self::TimedOut),
            "open" => {
                let opened = <(JobId, SegmentIndex, Entry)>::decode(arguments).ok()?;
                (opened == (view.job, view.segment, view.entry)).then_some(Self::Opened)
            }
            _ => None,
        }
    }
}

/// A move's name and whose it is.
const fn kind(mv: &Move) -> (&'static str, Party) {
    match mv {
        Move::OpenIntervals(_) => ("open_intervals", Party::Defender),
        Move::Enter(_) => ("enter", Party::Defender),
        Move::OpenSteps(_) => ("open_steps", Party::Defender),
        Move::OpenOperators(_) => ("open_operators", Party::Defender),
        Move::OpenTiles(_) => ("open_tiles", Party::Defender),
        Move::OpenFold(_) => ("open_fold", Party::Defender),
        Move::OpenSlots(_) => ("open_slots", Party::Defender),
        Move::Reveal(_) => ("reveal", Party::Defender),
        Move::Name(_) => ("name", Party::Challenger),
        Move::Prove(_) => ("prove", Party::Defender),
        Move::ShowSlot(_) => ("show_slot", Party::Defender),
    }
}

/// Whether a move shows nodes of a tree.
const fn shows(mv: &Move) -> bool {
    !matches!(
        mv,
        Move::Enter(_) | Move::Name(_) | Move::Prove(_) | Move::ShowSlot(_)
    )
}

fn opens(included: &Included, view: &DisputeView<Account>) -> bool {
    let opened = included.event::<GameId>("Disputes", "Opened");
    opened.is_ok_and(|game| game == view.game)
}

async fn time(chain: &ChainClient, number: u32) -> Option<u64> {
    let hash = chain.block_hash(number).await.ok()??;
    chain.timestamp(At::Block(hash)).await.ok()
}

/// The weight that the block was charged for an extrinsic.
fn weight_ms(included: &Included) -> Option<f64> {
    // Of the weight's two parts time is the first.
    let weight = included.event::<Compact<u64>>("System", "ExtrinsicSuccess");
    Some(weight.ok()?.0 as f64 / PER_MILLI)
}

impl Slashed {
    /// The conviction that an extrinsic led to.
    fn of(included: &Included, share: PerMille) -> Option<Self> {
        type Convicted = (
            (GameId, JobId, SegmentIndex, Account),
            (u64, Balance, u32, BlockNumber),
        );
        let convicted = included.event::<Convicted>("Disputes", "Convicted");
        let ((_, _, _, provider), (number, amount, shares, held_until)) = convicted.ok()?;
        Some(Self {
            number,
            provider,
            amount,
            shares,
            reward: share.floor_of(amount) / Balance::from(shares.max(1)),
            held_until,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example;
    use assay_client::{Event, H256};
    use assay_game::{OpenSteps, Revealed};
    use assay_protocol::IntervalIndex;
    use codec::Encode;

    fn extrinsic(pallet: &str, name: &str, arguments: Vec<u8>) -> Extrinsic {
        Extrinsic {
            index: 2,
            pallet: pallet.to_owned(),
            name: name.to_owned(),
            arguments,
            length: 99,
        }
    }

    fn opening() -> Move {
        Move::OpenSteps(OpenSteps {
            top: Revealed::default(),
            last: Default::default(),
        })
    }

    #[test]
    fn only_what_is_of_the_game_counts() {
        let view = example::view(Standing::Queued);
        let play = |game, mv: Move| {
            let arguments = (GameId([game; 32]), 4u32, mv, [0u8; 65]).encode();
            Act::of(&extrinsic("Disputes", "play", arguments), &view)
        };
        let moved = Act::Moved {
            round: 4,
            mv: Box::new(Move::Name(9)),
        };
        assert_eq!(play(7, Move::Name(9)), Some(moved));
        assert_eq!(play(8, Move::Name(9)), None, "another game");
        let time_out = |pallet| {
            let extrinsic = extrinsic(pallet, "time_out", GameId([7; 32]).encode());
            Act::of(&extrinsic, &view)
        };
        assert_eq!(time_out("Disputes"), Some(Act::TimedOut));
        assert_eq!(time_out("Jobs"), None);
        let open = |segment| {
            let entry = Entry::Interval(IntervalIndex(3));
            let arguments = (JobId(3), SegmentIndex(segment), entry).encode();
            Act::of(&extrinsic("Disputes", "open", arguments), &view)
        };
        assert_eq!((open(1), open(2)), (Some(Act::Opened), None));
        let broken = extrinsic("Disputes", "play", vec![7; 32]);
        assert_eq!(Act::of(&broken, &view), None);
    }

    #[test]
    fn moves_add_up() {
        let mut history = History::default();
        history.note(2, &Move::Name(9), 12, 150);
        history.note(1, &opening(), 11, 400);
        assert_eq!((history.moves, history.rounds, history.bytes), (2, 1, 550));
        let kinds: Vec<_> = history
            .log
            .iter()
            .map(|made| (made.kind, made.by))
            .collect();
        let expected = [("name", Party::Challenger), ("open_steps", Party::Defender)];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn blocks_are_read_back_to_the_opening() {
        let mut history = History::default();
        history.note(1, &Move::Name(9), 601, 1);
        assert_eq!(history.first(), None);
        history.note(0, &opening(), 600, 1);
        assert_eq!(history.first().map(|made| made.block), Some(600));
        assert!(!history.is_whole_before(100));
        assert!(history.is_whole_before(99), "far enough");
        history.opened_at = Some(590);
        assert!(history.is_whole_before(589));
    }

    #[test]
    fn a_conviction_is_read_from_its_events() {
        let event = |pallet: &str, name: &str, fields: Vec<u8>| Event {
            pallet: pallet.to_owned(),
            name: name.to_owned(),
            fields,
        };
        let fields = (
            (GameId([7; 32]), JobId(3), SegmentIndex(1), Account([1; 32])),
            (5u64, 4_000u128, 2u32, 77u32),
        );
        let included = Included {
            block: Head {
                number: 9,
                hash: H256([0; 32]),
            },
            index: 2,
            events: vec![
                event("Disputes", "Convicted", fields.encode()),
                event(
                    "System",
                    "ExtrinsicSuccess",
                    (Compact(1_500_000_000u64), Compact(40_000u64), 1u8, 1u8).encode(),
                ),
            ],
        };
        let slashed = Slashed::of(&included, PerMille(400)).unwrap();
        assert_eq!((slashed.number, slashed.amount), (5, 4_000));
        assert_eq!((slashed.shares, slashed.held_until), (2, 77));
        assert_eq!(slashed.reward, 800, "half of 40 %");
        assert_eq!(weight_ms(&included), Some(1.5));
    }
}
