package dev.filip.text;

import java.util.List;

/** A step of a {@code tokenizer.json}'s normalizer, of those that CLIP's is made of. */
enum NormalStep {
  /** Normal form C of Unicode 9. */
  NFC {
    @Override
    MappedText apply(MappedText text) {
      return Nfc.ofUnicode9(text);
    }
  },
  /** Each run of white space becomes one space. */
  SPACES {
    @Override
    MappedText apply(MappedText text) {
      return spaces(text);
    }
  },
  /** Lower case code point by code point, so a final sigma keeps its plain form. */
  LOWERCASE {
    @Override
    MappedText apply(MappedText text) {
      return LowerCase.perCodePoint(text);
    }
  };

  /** CLIP's normalizer. */
  static final List<NormalStep> CLIP = List.of(NFC, SPACES, LOWERCASE);

  abstract MappedText apply(MappedText text);

  /** All steps in order. */
  static MappedText all(List<NormalStep> steps, MappedText text) {
    MappedText done = text;
    for (NormalStep step : steps) {
      done = step.apply(done);
    }
    return done;
  }

  private static MappedText spaces(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); ) {
      int end = i;
      while (end < text.size() && CodePoints.isSpace(text.at(end))) {
        end++;
      }
      if (end > i) {
        out.replace(" ", text, i, end);
        i = end;
      } else {
        out.add(text, i++);
      }
    }
    return out;
  }
}
