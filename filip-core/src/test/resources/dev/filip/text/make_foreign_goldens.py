"""Makes foreign.json.gz: tokenizers that are not quite CLIP's, and transformers' ids.

python make_foreign_goldens.py (transformers 5.24, tokenizers 0.23.3, open_clip 3.3, ftfy 6.3). Each variant is
clip-small with keys of its files replaced; null takes a file or key away.
"""
import copy, gzip, json, os, random, shutil, tempfile

from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.utils import logging
import open_clip.tokenizer

logging.set_verbosity_error()
HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = os.path.join(HERE, 'clip-small')
BASE = json.load(open(os.path.join(SMALL, 'tokenizer.json')))
SIZE = len(BASE['model']['vocab'])


def added(start=SIZE):
    """Tokens of every flag: parts of one another, with spaces, capitals, accents, digits, of the vocabulary."""
    rows = [('<cat-toy>', ''), ('sku123', 'n'), ('SKU9', 'n'), ('<a', ''), ('<a>', ''), ('<a>b', 'n'), ('big cat', 'n'),
            ('Caf\u00e9', 'n'), ('e\u0301t', 'n'), ('E\u0301x', ''), ('dog', 'w'), ('DOG', 'wn'), ('<l>', 'l'), ('<r>', 'rn'),
            ('<lr>', 'lrn'), ('[MASK]', 's'), ('[color]', 'sn'), (' x', ''), ("'s", 'n'), ('\U0001f388', ''), ('12', 'wn'), ('  ', '')]
    out = []
    for i, (content, flags) in enumerate(rows):
        out.append(dict(id=start + i, content=content, single_word='w' in flags, lstrip='l' in flags, rstrip='r' in flags,
                        normalized='n' in flags, special='s' in flags))
    return out


def ends():
    return copy.deepcopy(BASE['added_tokens'])


def decoder(tokens):
    return {str(t['id']): {k: v for k, v in t.items() if k != 'id'} for t in tokens}


def normalizer(*types):
    steps = [n for t in types for n in BASE['normalizer']['normalizers'] if n['type'] == t]
    return {'type': 'Sequence', 'normalizers': steps}


FAST = {'tokenizer_class': 'PreTrainedTokenizerFast'}
CLIP = {'tokenizer_class': 'CLIPTokenizer'}
OWN = ends() + added()
BOS, EOS = (t['content'] for t in ends())
VOCAB = BASE['model']['vocab']
TEMPLATE = {'type': 'TemplateProcessing',
            'single': [{'SpecialToken': {'id': BOS, 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}}, {'SpecialToken': {'id': EOS, 'type_id': 0}}],
            'pair': [{'Sequence': {'id': 'A', 'type_id': 0}}, {'Sequence': {'id': 'B', 'type_id': 1}}],
            'special_tokens': {n: {'id': n, 'ids': [VOCAB[n]], 'tokens': [n]} for n in (BOS, EOS)}}
VARIANTS = {
    'added': {'tokenizer.json': {'added_tokens': OWN}, 'tokenizer_config.json': CLIP},
    'added, followed': {'tokenizer.json': {'added_tokens': OWN}, 'tokenizer_config.json': FAST},
    'cased': {'tokenizer.json': {'added_tokens': OWN, 'normalizer': normalizer('NFC', 'Replace')}, 'tokenizer_config.json': FAST},
    'cased by itself': {'tokenizer.json': {'normalizer': normalizer('NFC', 'Replace')}, 'tokenizer_config.json': None},
    'lower case only': {'tokenizer.json': {'added_tokens': OWN, 'normalizer': {'type': 'Lowercase'}}, 'tokenizer_config.json': FAST},
    'lower case first': {'tokenizer.json': {'added_tokens': OWN, 'normalizer': normalizer('Lowercase', 'Replace', 'NFC')}, 'tokenizer_config.json': FAST},
    'no normalizer': {'tokenizer.json': {'added_tokens': OWN, 'normalizer': None}, 'tokenizer_config.json': FAST},
    'template': {'tokenizer.json': {'post_processor': TEMPLATE}, 'tokenizer_config.json': FAST},
    'added_tokens.json': {'tokenizer.json': None, 'added_tokens.json': {t['content']: t['id'] for t in added()[::-1]},
                          'special_tokens_map.json': {'additional_special_tokens': ['[MASK]', {'content': 'dog', 'lstrip': False, 'normalized': False, 'rstrip': False, 'single_word': True}][:1]}},
    'added_tokens_decoder': {'tokenizer.json': None, 'tokenizer_config.json': {**CLIP, 'added_tokens_decoder': decoder(OWN)},
                             'special_tokens_map.json': {'pad_token': '!'}},
    'decoder beside': {'tokenizer.json': {'added_tokens': OWN}, 'tokenizer_config.json': {**CLIP, 'added_tokens_decoder': decoder(ends() + added()[:4])}},
    'decoder beside, followed': {'tokenizer.json': {'added_tokens': ends() + added()[:6]}, 'tokenizer_config.json': {**FAST, 'added_tokens_decoder': decoder(OWN)}},
    'padding of the vocabulary': {'tokenizer.json': {}, 'special_tokens_map.json': {'bos_token': BOS, 'eos_token': EOS, 'pad_token': '!', 'unk_token': EOS}},
    'named': {'tokenizer.json': {}, 'tokenizer_config.json': {**CLIP, 'pad_token': '<pad>', 'image_token': '<image>', 'additional_special_tokens': ['<x>', '<y>']}},
    'specials are text': {'tokenizer.json': {'added_tokens': OWN}, 'tokenizer_config.json': {**CLIP, 'split_special_tokens': True}},
}
FRAGMENTS = ['a', 'A', ' ', ' ', '  ', '\n', '\t', 'cat', 'Cat', 'cats', 'dog', 'DOG', 'Dog', 'dogs', 'big', 'cat toy', '<cat-toy>', '<CAT-TOY>', 'sku123',
             'SKU123', 'sku9', '<a', '<a>', '<a>b', '<A>B', 'big cat', 'Big  Cat', 'caf\u00e9', 'Cafe\u0301', 'CAF\u00c9', '\u00e9t', 'e\u0301t', '\u00c9X', 'E\u0301x', '<l>',
             '<r>', '<lr>', '<LR>', '[MASK]', '[mask]', '[COLOR]', '[color]', ' x', 'x', "'s", "it's", "IT'S", '\U0001f388', '12', '123', '!', '?', '.', '_', '-', '\u0301',
             '\u00a0', '\u3000', '\u200d', '\u03a3', '\u0130', '<pad>', '<image>', '<x>', '<y>', 'red', 'Circle', '&amp;', 'don\u2019t', '\ufb01']


def texts():
    draw = random.Random(7)
    one = FRAGMENTS + ['', ' ', 'A Cat on a Mat', 'a photo of <cat-toy>', 'a sku123 box']
    return one + [''.join(draw.choices(FRAGMENTS, k=draw.randint(2, 9))) for _ in range(180)]


def make(folder, files):
    shutil.copytree(SMALL, folder)
    for name, change in files.items():
        path = os.path.join(folder, name)
        if change is None:
            os.remove(path)
            continue
        old = json.load(open(path)) if os.path.exists(path) else {}
        json.dump({**old, **change}, open(path, 'w'))


def main():
    all_texts, out = texts(), []
    with tempfile.TemporaryDirectory() as root:
        for i, (name, files) in enumerate(VARIANTS.items()):
            folder = os.path.join(root, str(i))
            make(folder, files)
            if os.path.exists(os.path.join(folder, 'tokenizer_config.json')):
                tokenizer = AutoTokenizer.from_pretrained(folder)
            else:
                tokenizer = PreTrainedTokenizerFast(tokenizer_file=os.path.join(folder, 'tokenizer.json'))
            out.append({'name': name, 'behaviour': 'transformers', 'files': files, 'ids': [tokenizer(t)['input_ids'] for t in all_texts]})
            if name in ('added', 'cased'):
                hf = open_clip.tokenizer.HFTokenizer(folder)
                out.append({'name': name, 'behaviour': 'open_clip_hf', 'files': files, 'ids': [hf.tokenizer(hf.clean_fn(t))['input_ids'] for t in all_texts]})
            print(name, type(tokenizer).__name__, len(tokenizer))
    golden = json.dumps({'texts': all_texts, 'variants': out}, ensure_ascii=False).encode()
    with gzip.GzipFile(os.path.join(HERE, 'foreign.json.gz'), 'wb', mtime=0) as f:
        f.write(golden)


main()
