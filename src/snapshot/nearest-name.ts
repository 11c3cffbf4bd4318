/** The name that a user may have meant: for messages about a uid that is not there. */

/** The name with the fewest edits, unless more than half of the text would change; null without one. @internal */
export function nearestName(text: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.floor(text.length / 2) + 1;
  for (const name of names) {
    const distance = editDistance(text, name);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** Insertions, deletions and replacements from one text to the other. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
