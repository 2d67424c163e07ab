/** What each screen is for and what its signs mean, for the overlay behind "?": tablets have no keys. */

/** By the id of the screen: sentences, the most needed first. */
export const ABOUT = {
  live: [
    "Sets start with the first rep and end a few seconds after the last; the button does it by hand.",
    "Touch the large number for another one: mean, peak, range, forward.",
    "“Leave out” says that the last one was no rep; “Undo” takes back whatever was done last.",
    "“Change set” says what is lifted next: lift, load, target and stop.",
    "Forward is how far the bar got in front of the place where it started; “typical” is your own ordinary.",
  ],
  sets: [
    "Touch a bar, a path or a line of the table: that rep opens below, with what can be corrected.",
    "Nothing that is corrected changes the recording; the history takes everything back.",
    "“±” is a 95 % interval: where two of them overlap, the two may be the same.",
  ],
  stability: [
    "The large words judge one measure of the lift: across the sets of the session, then single sets, then the day against your ordinary days; each set has its own words below.",
    "The shaded band is where your own ordinary sets lie; a dot within it is nothing special.",
    "“How sure” says how often chance alone would do as much.",
  ],
  sessions: [
    "A session is opened by touching it; filters and search find older ones.",
    "“Take it along” in a session has a report to print, tables and the recording.",
  ],
  training: [
    "The profile shows how fast each load is lifted, and estimates from it what could be lifted once.",
    "The audit holds what was done against heavy compound work with few reps.",
  ],
  sensors: [
    "“Look for sensors”, then “Pair”: Upright learns how the sensor sits on the bar, once.",
    "“Connect” starts a session with it; it comes back by itself when the link is lost.",
    "“Mount” is for a sensor that sits otherwise than when it was paired.",
  ],
  explorer: [
    "+ and − look closer and wider, dragging and the arrows move, “Rep” goes from rep to rep; all lanes share one clock.",
    "The strip above shows sets, reps and what was not counted, with the reason.",
  ],
  wall: ["Each tile is one rack with a server of its own; add their addresses here."],
  files: [
    "Import takes recordings and logs of other software; nothing is stored before you have said yes.",
    "Export makes tables, samples or reports of chosen sessions.",
  ],
  health: ["Disk, link and clock in words; “Diagnostics” is a file for whoever helps you, without names, tokens or measured data."],
  settings: ["Units, theme and sounds belong to this browser; athletes, goals and access to the server."],
};
