"use strict";

// Videos at the simulated providers, newest first, with a link that plays or shows the manifest.
let shownVideos = "";
let simulatorsAt;

async function turnFigure(name, figure, value) {
  const answer = await fetch(`/_local/providers/${name}`, { method: "PUT", body: JSON.stringify({ [figure]: Number(value) }) });
  if (!answer.ok) window.alert((await answer.json()).error);
}

function figureInput(name, figure, state) {
  const [low, high] = state.ranges[figure];
  const label = make("label", `${name}: ${figure.replaceAll("_", " ")} `);
  const input = make("input");
  Object.assign(input, { type: "number", min: low, max: high, step: "any", value: state[figure] });
  input.addEventListener("change", () => turnFigure(name, figure, input.value));
  label.append(input);
  return label;
}

async function showFigures() {
  if (!$("video-faults").open || $("video-figures").contains(document.activeElement)) return;
  const providers = Object.entries(await get("/_local/providers")).filter(([, state]) => state.ranges);
  $("video-figures").replaceChildren(...providers.flatMap(
    ([name, state]) => Object.keys(state.ranges).map((figure) => figureInput(name, figure, state)),
  ));
}

async function showVideos() {
  await showFigures();
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
      make("td", new Date(video.made_at).toLocaleString()), make("td", video.provider), make("td", video.description || video.title),
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
