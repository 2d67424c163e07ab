/** The screens of the page: one entry each. Their modules and styles are loaded when a screen is first shown. */

/**
 * @typedef {object} Screen
 * @property {string} id first word of the address, "#/id/…"
 * @property {string[]} [also] other first words that belong to this screen
 * @property {string} name
 * @property {string} key that opens it
 * @property {string} icon path of a sign 24 units wide, drawn with lines
 * @property {boolean} [isMain] in the bar of a phone; the others are behind "More"
 * @property {string[]} styles under /static/
 * @property {() => Promise<{show: (root: HTMLElement, context: Context, rest: string[], id: string) => Promise<Shown> | Shown}>} load
 */

/**
 * What a screen may use of the page.
 *
 * @typedef {object} Context
 * @property {() => "kg" | "lb"} unit
 * @property {() => "view" | "lift" | "admin"} role
 * @property {() => {role: string, is_lan?: boolean, is_secure?: boolean, version?: string}} me
 * @property {(unit: string) => void} setUnit
 * @property {(theme: string) => void} setTheme
 * @property {(words: string) => void} say tells people who listen
 * @property {any} sound
 * @property {(wasWaiting: boolean) => void} toggleSound
 */

/**
 * A screen that is shown. `update` is called with null at once, then for every live message.
 *
 * @typedef {object} Shown
 * @property {(state: any, message: any) => void} [update]
 * @property {() => void} [resize]
 * @property {() => void} [unmount]
 * @property {{key: string, words: string, run: () => void}[]} [keys] its own, told in the overlay of keys
 */

/** @type {Screen[]} */
export const SCREENS = [
  {
    id: "live", name: "Live", key: "1", isMain: true, icon: "M3 12h4l3-8 4 16 3-8h4",
    styles: ["live/live.css"], load: () => import("../live/live.js"),
  },
  {
    id: "sets", name: "Sets", key: "2", isMain: true, icon: "M5 20V10M10 20V4M15 20v-8M20 20v-5",
    styles: ["sets/sets.css"], load: () => import("../sets/sets.js"),
  },
  {
    id: "stability", name: "Stability", key: "3", isMain: true, icon: "M12 3v18M8 21h8M12 6c5 3 5 8 0 11",
    styles: ["stability/stability.css"], load: () => import("../stability/stability.js"),
  },
  {
    id: "sessions", also: ["session"], name: "Sessions", key: "4", isMain: true, icon: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
    styles: ["sessions/sessions.css", "sets/sets.css", "stability/stability.css"], load: () => import("../sessions/sessions.js"),
  },
  {
    id: "training", name: "Training", key: "5", icon: "M4 4v16h16M7 8c4 0 8 4 11 9",
    styles: ["training/training.css"], load: () => import("../training/training.js"),
  },
  {
    id: "sensors", name: "Sensors", key: "6", icon: "M12 20v-8M8 9a5 5 0 0 1 8 0M5 6a9 9 0 0 1 14 0M10 20h4",
    styles: ["sensors/sensors.css"], load: () => import("../sensors/sensors.js"),
  },
  {
    id: "explorer", name: "Explorer", key: "7", icon: "M3 12c2-8 4-8 6 0s4 8 6 0M20.5 20.5l-3-3M15 19a4 4 0 1 0 0-8",
    styles: ["explorer/explorer.css", "sessions/sessions.css"], load: () => import("../explorer/explorer.js"),
  },
  {
    id: "wall", name: "Wall", key: "8", icon: "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
    styles: ["wall/wall.css"], load: () => import("../wall/wall.js"),
  },
  {
    id: "files", name: "Files", key: "9", icon: "M7 3v12M3 11l4 4 4-4M17 21V9M13 13l4-4 4 4",
    styles: ["files/files.css"], load: () => import("../files/files.js"),
  },
  {
    id: "health", name: "Health", key: "h", icon: "M12 20C6 16 3 12 3 9a4.5 4.5 0 0 1 9-1 4.5 4.5 0 0 1 9 1c0 3-3 7-9 11zM7 11h3l2-3 2 5 1-2h2",
    styles: ["health/health.css"], load: () => import("../health/health.js"),
  },
  {
    id: "settings", name: "Settings", key: "0", icon: "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
    styles: ["settings/settings.css", "live/live.css"], load: () => import("../settings/settings.js"),
  },
];

const byId = new Map(SCREENS.flatMap((screen) => [screen.id, ...(screen.also ?? [])].map((id) => [id, screen])));

/** The screen of an address; the first one where nobody knows it. */
export const screenOf = (id) => byId.get(id) ?? SCREENS[0];

const STYLES = new Map();

/** Add a style sheet once; done when it counts, or cannot be had: then the screen is plain, but there. */
function addStyle(path) {
  if (!STYLES.has(path)) {
    STYLES.set(path, new Promise((done) => {
      const href = `/static/${path}`;
      if (document.querySelector(`link[href="${href}"]`)) return done();
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = href;
      link.addEventListener("load", done);
      link.addEventListener("error", () => {
        STYLES.delete(path);
        done();
      });
      document.head.append(link);
    }));
  }
  return STYLES.get(path);
}

/** @param {Screen} screen */
export async function loadScreen(screen) {
  const [module] = await Promise.all([screen.load(), ...screen.styles.map(addStyle)]);
  return module;
}

/** Load the others while nobody waits, so that they open at once, also when the server is away by then. */
export async function loadOthers() {
  for (const screen of SCREENS) {
    await new Promise((next) => (window.requestIdleCallback ?? setTimeout)(next));
    await loadScreen(screen).catch(() => null);
  }
}
