package dev.filip.text;

import dev.filip.text.AddedToken.Flag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in a text as Hugging Face's {@code tokenizers} 0.23 do: of those that begin
 * first the longest, at first in the text as it stands, then in what is left of it when it is
 * cleaned. Immutable, thread-safe.
 */
final class AddedTokens {
  /** What a text is made of, in order. */
  interface Parts {
    /** Text between added tokens, cleaned. */
    void rest(MappedText text);

    /** A token whose spelling is [from, to) of the text. */
    void token(AddedToken token, MappedText text, int from, int to);
  }

  private final UnaryOperator<MappedText> cleaning;
  private final Spellings raw = new Spellings();
  private final Spellings cleaned = new Spellings();

  /**
   * @param cleaning what is done to a text between the tokens that are found as they stand
   */
  AddedTokens(List<AddedToken> tokens, UnaryOperator<MappedText> cleaning) {
    this.cleaning = cleaning;
    for (boolean special : new boolean[] {true, false}) {
      for (AddedToken token : tokens) {
        if (token.is(Flag.SPECIAL) == special) {
          add(token);
        }
      }
    }
  }

  private void add(AddedToken token) {
    MappedText spelling = MappedText.of(token.content());
    if (token.is(Flag.NORMALIZED)) {
      cleaned.add(cleaning.apply(spelling), token);
    } else {
      raw.add(spelling, token);
    }
  }

  /** Takes a text apart; nothing is said of what is empty. */
  void split(MappedText text, Parts parts) {
    raw.split(
        text, part -> cleaned.split(cleaning.apply(part), parts::rest, parts::token), parts::token);
  }

  private interface Found {
    void token(AddedToken token, MappedText text, int from, int to);
  }

  /** A tree of code points. */
  private static final class Spellings {
    private static final class Node {
      final Map<Integer, Node> next = new HashMap<>();
      @Nullable AddedToken token;
    }

    private final Node root = new Node();

    /** Of equal spellings the first stays. */
    void add(MappedText spelling, AddedToken token) {
      Node node = root;
      for (int i = 0; i < spelling.size(); i++) {
        node = node.next.computeIfAbsent(spelling.at(i), _ -> new Node());
      }
      if (node != root && node.token == null) {
        node.token = token;
      }
    }

    void split(MappedText text, Consumer<MappedText> rest, Found found) {
      int done = 0;
      for (int i = 0; i < text.size() && !root.next.isEmpty(); ) {
        int length = 0;
        @Nullable AddedToken token = null;
        Node node = root.next.get(text.at(i));
        for (int n = 1; node != null; n++) {
          if (node.token != null) {
            token = node.token;
            length = n;
          }
          node = i + n < text.size() ? node.next.get(text.at(i + n)) : null;
        }
        int end = i + length;
        if (token != null && (!token.is(Flag.SINGLE_WORD) || standsAlone(text, i, end))) {
          int from = token.is(Flag.LSTRIP) ? Math.max(spacesBefore(text, i), done) : i;
          if (done < from) {
            rest.accept(text.slice(done, from));
          }
          found.token(token, text, i, end);
          done = token.is(Flag.RSTRIP) ? spacesAfter(text, end) : end;
        }
        i = Math.max(end, i + 1);
      }
      if (done < text.size()) {
        rest.accept(done == 0 ? text : text.slice(done, text.size()));
      }
    }

    private static boolean standsAlone(MappedText text, int from, int to) {
      return (from == 0 || !CodePoints.isWord(text.at(from - 1)))
          && (to == text.size() || !CodePoints.isWord(text.at(to)));
    }

    private static int spacesBefore(MappedText text, int at) {
      int from = at;
      while (from > 0 && CodePoints.isSpace(text.at(from - 1))) {
        from--;
      }
      return from;
    }

    private static int spacesAfter(MappedText text, int at) {
      int to = at;
      while (to < text.size() && CodePoints.isSpace(text.at(to))) {
        to++;
      }
      return to;
    }
  }
}
