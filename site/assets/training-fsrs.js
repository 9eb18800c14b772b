// When to ask again: FSRS-6, the Free Spaced Repetition Scheduler, with its default parameters and
// whole days (no learning steps, no fuzz). The algorithm is described at
// https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm (FSRS-6); the figures agree
// with the Python package `fsrs` (a test compares them).

export const AGAIN = 1;
export const HARD = 2;
export const GOOD = 3;
export const EASY = 4;

const W = [
  0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,
  1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
];
const RETENTION = 0.9;
const LONGEST_DAYS = 36500;
const DAY = 86_400_000;
const DECAY = -W[20];
const FACTOR = 0.9 ** (1 / DECAY) - 1;

const stable = (stability) => Math.max(stability, 0.001);
const hard = (difficulty) => Math.min(Math.max(difficulty, 1), 10);
const firstDifficulty = (rating) => W[4] - Math.exp(W[5] * (rating - 1)) + 1;

/** How likely a card (`{stability, last}`) is remembered at `now` (milliseconds). */
export function retrievability(card, now) {
  const days = Math.max(0, Math.floor((now - card.last) / DAY));
  return (1 + (FACTOR * days) / card.stability) ** DECAY;
}

/**
 * The card after an answer: `{stability, difficulty, last, due}`, times in milliseconds.
 * `card` is null the first time.
 */
export function review(card, rating, now) {
  const stability = card === null ? stable(W[rating - 1]) : nextStability(card, rating, now);
  const difficulty = card === null ? hard(firstDifficulty(rating)) : nextDifficulty(card.difficulty, rating);
  return { stability, difficulty, last: now, due: now + interval(stability) * DAY };
}

function interval(stability) {
  const days = Math.round((stability / FACTOR) * (RETENTION ** (1 / DECAY) - 1));
  return Math.min(Math.max(days, 1), LONGEST_DAYS);
}

function nextDifficulty(difficulty, rating) {
  const damped = difficulty + ((10 - difficulty) * (-W[6] * (rating - 3))) / 9;
  return hard(W[7] * firstDifficulty(EASY) + (1 - W[7]) * damped);
}

function nextStability(card, rating, now) {
  const { stability, difficulty } = card;
  if (now - card.last < DAY) {
    const change = Math.exp(W[17] * (rating - 3 + W[18])) * stability ** -W[19];
    return stable(stability * (rating === AGAIN ? change : Math.max(change, 1)));
  }
  const forgotten = 1 - retrievability(card, now);
  if (rating === AGAIN) {
    const long = W[11] * difficulty ** -W[12] * ((stability + 1) ** W[13] - 1) * Math.exp(forgotten * W[14]);
    return stable(Math.min(long, stability / Math.exp(W[17] * W[18])));
  }
  const penalty = rating === HARD ? W[15] : 1;
  const bonus = rating === EASY ? W[16] : 1;
  const gain = Math.exp(W[8]) * (11 - difficulty) * stability ** -W[9] * (Math.exp(forgotten * W[10]) - 1);
  return stable(stability * (1 + gain * penalty * bonus));
}
