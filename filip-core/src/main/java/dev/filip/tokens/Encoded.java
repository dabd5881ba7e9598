package dev.filip.tokens;

import java.util.List;

/**
 * Images or texts as vectors, all of them unit rows: the tokens that take part in late interaction,
 * and one global row an item ([CLS], what a pooling head gives, or [EOS]). Late interaction of the
 * global rows is their cosine. Immutable as its parts are.
 */
public record Encoded(Tokens tokens, Tokens globals) {
  public Encoded {
    if (globals.size() != tokens.size()
        || globals.d() != tokens.d()
        || globals.type() != tokens.type()
        || globals.count() != globals.size()) {
      throw new IllegalArgumentException(
          "there must be one global row an item, "
              + say(tokens)
              + ", got "
              + globals.count()
              + " rows for "
              + say(globals));
    }
  }

  private static String say(Tokens tokens) {
    return tokens.size() + " items of width " + tokens.d() + " in " + tokens.type();
  }

  /** Items. */
  public int size() {
    return tokens.size();
  }

  /** Items {@code from} to {@code to}, at the same place. */
  public Encoded slice(int from, int to) {
    return new Encoded(tokens.slice(from, to), globals.slice(from, to));
  }

  /** All parts one behind the other, in the first one's type; there must be one. */
  public static Encoded join(List<Encoded> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("nothing to join");
    }
    Tokens first = parts.getFirst().tokens;
    Tokens.Builder tokens = new Tokens.Builder(first.type(), first.d());
    Tokens.Builder globals = new Tokens.Builder(first.type(), first.d());
    for (Encoded part : parts) {
      tokens.add(part.tokens);
      globals.add(part.globals);
    }
    return new Encoded(tokens.build(), globals.build());
  }
}
