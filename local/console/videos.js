"use strict";

// What the simulated video suppliers hold, the newest first, with a link that plays or shows the manifest.
let shownVideos = "";
let simulatorsAt;

async function showVideos() {
  simulatorsAt = simulatorsAt || (await get("/_local/about")).addresses.simulators;
  const videos = await get("/_local/videos");
  const state = JSON.stringify(videos);
  if (state === shownVideos) return;
  shownVideos = state;
  const rows = videos.map((video) => {
    const row = make("tr");
    const link = make("a", "Manifest");
    link.href = `${simulatorsAt}${video.plays_at}`;
    const cell = make("td");
    if (/ready/i.test(video.state)) cell.append(link);
    const size = video.bytes === null ? "–" : `${(video.bytes / 1e6).toFixed(2)} MB`;
    row.append(
      make("td", clock(video.made_at)), make("td", video.supplier), make("td", video.description || video.title),
      make("td", size), make("td", video.seconds === null ? "–" : `${Math.round(video.seconds)} s`),
      make("td", video.state.toLowerCase().replaceAll("_", " "), /ready/i.test(video.state) ? "good" : "warm"), cell,
    );
    return row;
  });
  if (!rows.length) {
    const cell = make("td", "No video has been uploaded yet.", "empty");
    cell.colSpan = 7;
    const row = make("tr");
    row.append(cell);
    rows.push(row);
  }
  $("video-list").replaceChildren(...rows);
}
