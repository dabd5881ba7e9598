'use strict';

// The page of filip serve: words or a picture in, results with what each word chose. State lives in the address.
const PAGE = 24;
const MOST_CHOSEN = 200; // hits of a search that groups them or wants variety
const OPTIONS = { least: 'min_probability', group: 'group', diversity: 'diversity' };
const byId = id => document.getElementById(id);
const state = { hits: [], snapshot: null, asked: 0, words: [], picture: null, calibration: null, run: 0 };

const token = new URLSearchParams(location.hash.slice(1)).get('token');
const headers = token ? { Authorization: 'Bearer ' + token } : {};

async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { ...headers, ...options.headers } });
  if (!answer.ok) {
    let reason = answer.statusText;
    try { reason = (await answer.json()).error; } catch { /* no JSON: the status says it */ }
    throw new Error(reason);
  }
  return answer.json();
}

function say(text, wrong = false) {
  byId('status').textContent = text;
  byId('status').classList.toggle('wrong', wrong);
}

// Whether the index can tell probabilities, and how far.
async function learn() {
  try {
    state.calibration = (await ask('api/stats')).calibration || null;
  } catch { // the search that follows says what is wrong
    state.calibration = null;
  }
  note();
}

function note() {
  const of = state.calibration;
  const fits = Boolean(of && of.fits);
  byId('least').disabled = !fits || Boolean(state.picture);
  if (!of) byId('note').textContent = 'This index is not calibrated (filip index calibrate): how likely a match is cannot be told.';
  else if (!fits) byId('note').textContent = 'The index is no longer the one that was calibrated (filip index calibrate): how likely a match is cannot be told.';
  else if (state.picture) byId('note').textContent = 'How likely a match is can be told of words alone.';
  else byId('note').textContent = `Each picture says how likely it is a good match and not the best of nothing; at most ${short(of.most)} can be told.`;
}

// Probabilities are never rounded up.
const short = probability => String(Math.floor(probability * 1000) / 1000);

// The options that are set, by the names that the search and the address have for them.
function options() {
  const set = new URLSearchParams();
  for (const [field, name] of Object.entries(OPTIONS)) {
    const input = byId(field);
    const value = input.value.trim();
    if (!input.disabled && value && Number(value) !== 0) set.set(name, value);
  }
  return set;
}

function remember(q, filter, set) {
  const link = new URLSearchParams();
  if (q) link.set('q', q);
  if (filter) link.set('filter', filter);
  set.forEach((value, name) => link.set(name, value));
  history.replaceState(null, '', '?' + link + location.hash);
}

async function search(more = false) {
  const run = ++state.run;
  const q = byId('words').value.trim();
  const filter = byId('filter').value.trim();
  byId('none').hidden = true;
  await known;
  if (run !== state.run) return;
  if (!q && !state.picture) {
    show([], false);
    byId('more').hidden = true;
    say('Type words or choose a picture.');
    return;
  }
  const set = options();
  const least = set.get('min_probability');
  const chosen = set.has('group') || set.has('diversity'); // chosen together: more are a larger k
  const k = chosen && more ? Math.min(MOST_CHOSEN, state.asked + PAGE) : PAGE;
  const parameters = new URLSearchParams(set);
  parameters.set('k', k);
  if (q) parameters.set('q', q);
  if (filter) parameters.set('filter', filter);
  const asks = !state.picture && state.calibration && state.calibration.fits;
  if (asks && !least) parameters.set('min_probability', 0);
  if (more) {
    if (!chosen) parameters.set('from', state.hits.length);
    parameters.set('snapshot', state.snapshot);
  } else {
    remember(q, filter, set);
  }
  say('Searching');
  try {
    const begun = performance.now();
    const answer = await ask('api/search?' + parameters, state.picture
        ? { method: 'POST', body: state.picture, headers: { 'Content-Type': state.picture.type || 'application/octet-stream' } }
        : {});
    if (run !== state.run) return;
    state.snapshot = answer.snapshot;
    state.words = answer.words || [];
    state.asked = k;
    show(answer.hits, more && !chosen);
    result(answer.matching, least, Math.round(performance.now() - begun));
    byId('more').hidden = answer.hits.length < k || state.hits.length >= answer.matching || chosen && k === MOST_CHOSEN;
  } catch (problem) {
    if (run !== state.run) return;
    if (asks && !least) {
      await learn(); // the index may have outgrown its calibration
      if (!state.calibration?.fits) return search(more);
    }
    say(problem.message, true);
  }
}

function result(matching, least, took) {
  if (state.hits.length) {
    say(`${state.hits.length} of ${matching} pictures${least ? ` with a probability of at least ${least}` : ''}, ${took} ms`);
  } else if (least && matching) {
    say(`No good match: none of ${matching} pictures has a probability of at least ${least}.`);
    byId('none').hidden = false;
  } else {
    say('Nothing matches.');
  }
}

function show(hits, more) {
  const results = byId('results');
  if (!more) {
    results.replaceChildren();
    state.hits = [];
    chips();
  }
  for (const hit of hits) {
    state.hits.push(hit);
    results.append(card(hit));
  }
}

function card(hit) {
  const figure = document.createElement('figure');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'picture';
  button.title = 'Search with this picture';
  const image = document.createElement('img');
  image.loading = 'lazy';
  image.alt = hit.id;
  image.src = thumbnail(hit.id);
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  button.append(image, canvas);
  button.addEventListener('click', () => like(hit));
  const caption = document.createElement('figcaption');
  const name = document.createElement('div');
  name.textContent = hit.id;
  const score = document.createElement('div');
  score.className = 'score';
  score.textContent = hit.score.toFixed(4);
  caption.append(name, score);
  if (hit.probability !== undefined) {
    const sure = document.createElement('div');
    sure.className = 'sure';
    sure.textContent = 'probability ' + short(hit.probability);
    sure.style.setProperty('--part', hit.probability);
    caption.append(sure);
  }
  if (hit.captions && hit.captions.length) {
    const text = document.createElement('div');
    text.textContent = hit.captions[0];
    caption.append(text);
  }
  if (hit.same && hit.same.length) caption.append(alike(hit.same));
  figure.append(button, caption);
  hit.figure = figure;
  return figure;
}

// The near duplicates that a hit stands for; their pictures are fetched when they are asked for.
function alike(ids) {
  const details = document.createElement('details');
  details.className = 'alike';
  const summary = document.createElement('summary');
  summary.textContent = `${ids.length} more like it`;
  const pictures = document.createElement('div');
  details.append(summary, pictures);
  details.addEventListener('toggle', () => {
    for (const id of pictures.children.length ? [] : ids) {
      const image = document.createElement('img');
      image.alt = id;
      image.title = id;
      image.src = thumbnail(id);
      pictures.append(image);
    }
  });
  return details;
}

const thumbnail = id => 'api/thumbnail?id=' + encodeURIComponent(id) + (token ? '&token=' + encodeURIComponent(token) : '');

async function like(hit) {
  try {
    const answer = await fetch('api/thumbnail?id=' + encodeURIComponent(hit.id), { headers });
    if (!answer.ok) throw new Error('this picture has no thumbnail');
    byId('words').value = '';
    use(new File([await answer.blob()], hit.id, { type: answer.headers.get('Content-Type') }));
  } catch (problem) {
    say(problem.message, true);
  }
}

// Words of the query as buttons: pointing at one, or focusing it, lights up the patches it chose.
function chips() {
  const box = byId('chips');
  box.replaceChildren();
  state.words.forEach((word, index) => {
    const chip = document.createElement('button');
    chip.type = 'button';
    chip.textContent = word;
    chip.setAttribute('aria-pressed', 'false');
    chip.addEventListener('mouseenter', () => light(index));
    chip.addEventListener('focus', () => light(index));
    chip.addEventListener('mouseleave', dark);
    chip.addEventListener('blur', dark);
    box.append(chip);
  });
}

async function light(index) {
  [...byId('chips').children].forEach((chip, i) => chip.setAttribute('aria-pressed', String(i === index)));
  const unexplained = state.hits.filter(hit => !hit.why);
  const q = byId('words').value.trim();
  try {
    if (unexplained.length) {
      const parameters = new URLSearchParams({ q, snapshot: state.snapshot });
      unexplained.forEach(hit => parameters.append('id', hit.id));
      const answer = await ask('api/explain?' + parameters);
      answer.images.forEach((why, i) => { unexplained[i].why = why; });
    }
  } catch (problem) {
    say(problem.message, true);
    return;
  }
  if (byId('chips').children[index]?.getAttribute('aria-pressed') !== 'true') return;
  const all = state.hits.flatMap(hit => hit.why ? hit.why.similarity[index] : []);
  const least = Math.min(...all);
  const most = Math.max(...all);
  state.hits.forEach(hit => paint(hit, index, least, most));
}

function dark() {
  [...byId('chips').children].forEach(chip => chip.setAttribute('aria-pressed', 'false'));
  state.hits.forEach(hit => hit.figure.classList.remove('lit'));
}

// A patch is as dark as it is far from the word, on one scale for all results; the model saw the shorter side's square.
function paint(hit, index, least, most) {
  const why = hit.why;
  if (!why) return;
  const image = hit.figure.querySelector('img');
  const canvas = hit.figure.querySelector('canvas');
  const box = image.getBoundingClientRect();
  const wide = image.naturalWidth || 1;
  const high = image.naturalHeight || 1;
  const scale = Math.min(box.width / wide, box.height / high);
  const crop = why.crop || { x: (wide - Math.min(wide, high)) / 2 / wide, y: (high - Math.min(wide, high)) / 2 / high, width: Math.min(wide, high) / wide, height: Math.min(wide, high) / high };
  canvas.style.left = (box.width - wide * scale) / 2 + crop.x * wide * scale + 'px';
  canvas.style.top = (box.height - high * scale) / 2 + crop.y * high * scale + 'px';
  canvas.style.width = crop.width * wide * scale + 'px';
  canvas.style.height = crop.height * high * scale + 'px';
  canvas.width = why.columns;
  canvas.height = why.rows;
  const values = why.similarity[index];
  const ink = canvas.getContext('2d');
  values.forEach((value, patch) => {
    const strength = most > least ? (value - least) / (most - least) : 0;
    ink.fillStyle = `rgba(12, 12, 18, ${(0.85 * (1 - strength)).toFixed(3)})`;
    ink.fillRect(patch % why.columns, Math.floor(patch / why.columns), 1, 1);
  });
  hit.figure.classList.add('lit');
}

function use(file) {
  state.picture = file;
  byId('query').hidden = !file;
  if (file) byId('shown').src = URL.createObjectURL(file);
  note();
  search();
}

byId('form').addEventListener('submit', event => {
  event.preventDefault();
  search();
});
byId('picture').addEventListener('change', event => { if (event.target.files.length) use(event.target.files[0]); });
byId('clear').addEventListener('click', () => {
  byId('picture').value = '';
  use(null);
});
byId('next').addEventListener('click', () => search(true));
byId('nearest').addEventListener('click', () => {
  byId('least').value = '';
  byId('results').focus();
  search();
});
byId('options').addEventListener('invalid', () => { byId('options').open = true; }, true);
byId('diversity').addEventListener('input', () => { byId('varied').textContent = byId('diversity').value; });
for (const field of Object.keys(OPTIONS)) byId(field).addEventListener('change', () => { if (byId('form').reportValidity()) search(); });
for (const kind of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, event => {
    event.preventDefault();
    byId('drop').classList.toggle('over', kind === 'dragover');
    if (kind === 'drop' && event.dataTransfer.files.length) use(event.dataTransfer.files[0]);
  });
}
document.addEventListener('keydown', event => {
  if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    byId('words').focus();
  }
  const cards = [...document.querySelectorAll('.picture')];
  const at = cards.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (at >= 0 && step && cards[at + step]) {
    event.preventDefault();
    cards[at + step].focus();
  }
});

const given = new URLSearchParams(location.search);
byId('words').value = given.get('q') || '';
byId('filter').value = given.get('filter') || '';
for (const [field, name] of Object.entries(OPTIONS)) {
  if (given.get(name)) {
    byId(field).value = given.get(name);
    byId('options').open = true;
  }
}
byId('varied').textContent = byId('diversity').value;
const known = learn();
if (given.get('q')) search();
else say('Type words or choose a picture. Press / to type.');
