'use strict';

// The page of filip serve: words or a picture in, results with what each word chose. State lives in the address.
const PAGE = 24;
const byId = id => document.getElementById(id);
const state = { hits: [], snapshot: null, total: 0, words: [], picture: null, run: 0 };

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

async function search(more = false) {
  const run = ++state.run;
  const q = byId('words').value.trim();
  const filter = byId('filter').value.trim();
  if (!q && !state.picture) {
    show([], false);
    say('Type words or choose a picture.');
    return;
  }
  const parameters = new URLSearchParams({ k: PAGE });
  if (q) parameters.set('q', q);
  if (filter) parameters.set('filter', filter);
  if (more) {
    parameters.set('from', state.hits.length);
    parameters.set('snapshot', state.snapshot);
  } else {
    const link = new URLSearchParams();
    if (q) link.set('q', q);
    if (filter) link.set('filter', filter);
    history.replaceState(null, '', '?' + link + location.hash);
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
    show(answer.hits, more);
    const took = Math.round(performance.now() - begun);
    say(state.hits.length ? `${state.hits.length} of ${answer.matching} pictures, ${took} ms` : 'Nothing matches.');
    byId('more').hidden = state.hits.length >= answer.matching || !answer.hits.length;
  } catch (problem) {
    if (run === state.run) say(problem.message, true);
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
  image.src = 'api/thumbnail?id=' + encodeURIComponent(hit.id) + (token ? '&token=' + encodeURIComponent(token) : '');
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
  if (hit.captions && hit.captions.length) {
    const text = document.createElement('div');
    text.textContent = hit.captions[0];
    caption.append(text);
  }
  figure.append(button, caption);
  hit.figure = figure;
  return figure;
}

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
if (given.get('q')) search();
else say('Type words or choose a picture. Press / to type.');
