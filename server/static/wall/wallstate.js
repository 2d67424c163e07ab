/** What is known of the wall, and the one pure function that changes it. */

export const initialWall = Object.freeze({ seq: -1, ownName: "", showsNames: false, tiles: [] });

/** A rack says something every 2 s: after so long without a word its numbers are old, s. */
const SILENT_S = 5;
const LOST = new Set(["unreachable", "refused", "sensor_lost"]);
/** States in which the rack was heard. */
const HEARD = new Set(["idle", "searching", "ready", "lifting", "over", "resting", "sensor_lost", "ended"]);

/**
 * @param {typeof initialWall} wall
 * @param {any} message "wall" says everything, "tile" that one rack changed
 * @param {number} now milliseconds, any origin
 */
export function reduceWall(wall, message, now) {
  const heard = (tile) => ({ ...tile, at: now });
  if (message.type === "wall") {
    return { seq: message.seq, ownName: message.own_name, showsNames: message.shows_names, tiles: message.tiles.map(heard) };
  }
  if (message.type !== "tile" || message.seq <= wall.seq) return wall;
  const tile = heard(message.tile);
  const isKnown = wall.tiles.some((one) => one.rack_id === tile.rack_id);
  // The own rack comes first, as in the snapshot.
  const others = isKnown ? wall.tiles.map((one) => (one.rack_id === tile.rack_id ? tile : one)) : tile.is_own ? [tile, ...wall.tiles] : [...wall.tiles, tile];
  return { ...wall, seq: message.seq, tiles: others };
}

/** An age of a tile now, s; null where it is not known. */
export const ageNow = (tile, name, now) => (tile[name] === null ? null : tile[name] + (now - tile.at) / 1000);

/** Whether the numbers of a rack are not of now. */
export const isOld = (tile, now) => LOST.has(tile.state) || isSilent(tile, now);

/** Whether a rack should have said something by now. */
export function isSilent(tile, now) {
  const age = ageNow(tile, "heard_age_s", now);
  return !tile.is_own && HEARD.has(tile.state) && age !== null && age > SILENT_S;
}

/** "16 racks: 9 lifting, 4 resting, 1 not heard" */
export function summary(tiles, now) {
  const n = (test) => tiles.filter(test).length;
  const old = n((tile) => isOld(tile, now));
  const parts = [
    [n((tile) => !isOld(tile, now) && ["lifting", "over"].includes(tile.state)), "lifting"],
    [n((tile) => !isOld(tile, now) && tile.state === "resting"), "resting"],
    [old, "lost"],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `${tiles.length} ${tiles.length === 1 ? "rack" : "racks"}${words.length ? `: ${words.join(", ")}` : ""}`;
}

/**
 * Columns in which tiles are largest: as near as can be to twice as wide as high, and never so that they scroll.
 *
 * @param {number} n tiles
 * @param {number} width of the room for them
 * @param {number} height
 */
export function columnsFor(n, width, height) {
  let best = [1, 0];
  for (let columns = 1; columns <= n; columns += 1) {
    const rows = Math.ceil(n / columns);
    const size = Math.min(width / columns / 1.7, height / rows);
    if (size > best[1] + 0.5) best = [columns, size];
  }
  return best[0];
}
