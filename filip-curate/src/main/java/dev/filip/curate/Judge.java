package dev.filip.curate;

import dev.filip.data.Sample;
import dev.filip.data.UnreadableSample;
import dev.filip.image.ImageHeader;
import dev.filip.image.PerceptualHash;
import dev.filip.image.UndecodableImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes one sample through the rules in their order, as far as it goes. What repetition and near
 * duplicates need is noted on the way; their own judgement comes when all is read. Thread-safe.
 *
 * @param book the rules
 */
record Judge(RuleBook book) {
  /** Why a sample is unreadable that has neither captions nor a label. */
  static final String NO_CAPTION = "no caption";

  /** Is told what each rule does; most have nothing to tell. */
  interface Trace {
    /** Nobody listens. */
    Trace NONE = (_, _, _, _) -> {};

    /**
     * A rule took an image or a caption, or changed a caption.
     *
     * @param caption its number, or -1 for the image
     * @param after the changed caption; null where it was taken
     */
    void tell(int rule, int caption, @Nullable String after, String why);
  }

  /** What the rules say of a sample. */
  Verdict judge(Sample.Text text, Picture picture, Trace trace) throws IOException {
    if (text.captions().isEmpty() && text.label() < 0) {
      return Verdict.unreadable(NO_CAPTION);
    }
    Walk walk = new Walk(text.captions(), trace);
    try {
      for (int r = 0; r < book.size() && !walk.over(); r++) {
        walk.rule(r, picture);
      }
    } catch (UnreadableSample e) {
      return Verdict.unreadable(e.reason());
    }
    return walk.verdict(picture.known());
  }

  /** What becomes of a caption where every rule judges texts by themselves. */
  long caption(String text) {
    String now = text;
    long changed = 0;
    for (int r = 0; r < book.size(); r++) {
      String after = ((TextRule) book.rules().get(r)).apply(now).text();
      if (after == null) {
        return CaptionFate.of(r, changed);
      }
      if (!after.equals(now)) {
        now = after;
        changed |= 1L << r;
      }
    }
    return CaptionFate.of(Verdict.NONE, changed);
  }

  /**
   * The captions of a sample that stay, as they became.
   *
   * @param repeated texts that stand beside too many images
   */
  List<String> captions(Sample.Text text, Map<TextHash, Integer> repeated) {
    Walk walk = new Walk(text.captions(), Trace.NONE);
    for (int r = 0; r < book.size(); r++) {
      switch (book.rules().get(r)) {
        case TextRule rule -> walk.texts(r, rule);
        case Rule.Repetition _ -> walk.count();
        case ImageRule _, Rule.NearDuplicates _, Rule.Score _ -> {}
      }
    }
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < walk.texts.length; i++) {
      if (walk.taken[i] == Verdict.NONE && !repeated.containsKey(walk.counted[i])) {
        kept.add(walk.texts[i]);
      }
    }
    return kept;
  }

  /** The way of one sample. Used by one thread. */
  private final class Walk {
    private final Trace trace;
    private final List<String> captions;
    private final String[] texts;
    private final int[] taken;
    private final TextHash[] counted;
    private int image = Verdict.NONE;
    private int left;
    private long changed;
    private Optional<PerceptualHash> look = Optional.empty();

    Walk(List<String> captions, Trace trace) {
      this.captions = captions;
      this.trace = trace;
      this.texts = captions.toArray(String[]::new);
      this.taken = new int[texts.length];
      this.counted = new TextHash[texts.length];
      this.left = texts.length;
      java.util.Arrays.fill(taken, Verdict.NONE);
      java.util.Arrays.fill(counted, TextHash.ZERO);
    }

    boolean over() {
      return image != Verdict.NONE || left == 0 && texts.length > 0;
    }

    void rule(int r, Picture picture) throws IOException {
      switch (book.rules().get(r)) {
        case ImageRule rule -> image(r, rule, picture);
        case TextRule rule -> texts(r, rule);
        case Rule.Repetition _ -> count();
        case Rule.NearDuplicates _ -> look(picture);
        case Rule.Score _ -> {} // when all others have spoken
      }
    }

    private void image(int r, ImageRule rule, Picture picture) throws IOException {
      String why = rule.why(picture);
      if (why != null) {
        image = r;
        trace.tell(r, -1, null, why);
      }
    }

    void texts(int r, TextRule rule) {
      for (int i = 0; i < texts.length; i++) {
        if (taken[i] != Verdict.NONE) {
          continue;
        }
        TextRule.Outcome outcome = rule.apply(texts[i]);
        String after = outcome.text();
        if (after == null) {
          taken[i] = r;
          left--;
          trace.tell(r, i, null, outcome.why());
        } else if (!after.equals(texts[i])) {
          texts[i] = after;
          changed |= 1L << r;
          trace.tell(r, i, after, "");
        }
      }
    }

    void count() {
      for (int i = 0; i < texts.length; i++) {
        if (taken[i] == Verdict.NONE) {
          counted[i] = TextHash.of(texts[i]);
        }
      }
    }

    private void look(Picture picture) throws IOException {
      try {
        look = picture.look();
      } catch (UndecodableImage e) {
        look = Optional.empty(); // not alike anything
      }
    }

    Verdict verdict(@Nullable ImageHeader header) {
      List<Verdict.Caption> all = new ArrayList<>();
      for (int i = 0; i < texts.length; i++) {
        boolean told = !counted[i].equals(TextHash.ZERO);
        all.add(new Verdict.Caption(taken[i], LengthRule.words(captions.get(i)), told, counted[i]));
      }
      int width = header == null ? 0 : header.width();
      int height = header == null ? 0 : header.height();
      long bits = look.map(PerceptualHash::bits).orElse(0L);
      return new Verdict("", image, width, height, all, changed, look.isPresent(), bits);
    }
  }
}
