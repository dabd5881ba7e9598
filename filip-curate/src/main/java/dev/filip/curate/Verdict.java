package dev.filip.curate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the rules that judge a sample by itself say of it, and what the two others have to know.
 * Immutable.
 *
 * @param unreadable why it cannot be used at all; empty where it can
 * @param taken number of the rule that took the image, or {@link #NONE}
 * @param width of the image, 0 where no rule asked
 * @param height of the image
 * @param captions one for each of the sample's
 * @param changed the rules that changed a caption, bit by bit
 * @param hashed whether {@code look} is known
 * @param look perceptual hash, where near duplicates are asked for
 */
record Verdict(
    String unreadable,
    int taken,
    int width,
    int height,
    List<Caption> captions,
    long changed,
    boolean hashed,
    long look) {
  /** No rule: it stays. */
  static final int NONE = 127;

  Verdict {
    captions = List.copyOf(captions);
  }

  /**
   * One caption.
   *
   * @param taken number of the rule that took it, or {@link #NONE}
   * @param words of it, as it was read
   * @param counted whether it came as far as the rule on repetition
   * @param text what is counted there
   */
  record Caption(int taken, int words, boolean counted, TextHash text) {}

  /** A sample of which nothing can be said. */
  static Verdict unreadable(String reason) {
    return new Verdict(reason, NONE, 0, 0, List.of(), 0, false, 0);
  }

  /** The rule that took all of its captions, or {@link #NONE}; without captions none did. */
  int textTaken() {
    return captions.stream().mapToInt(Caption::taken).max().orElse(NONE);
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(unreadable);
    out.writeByte(taken);
    out.writeInt(width);
    out.writeInt(height);
    out.writeLong(changed);
    out.writeBoolean(hashed);
    if (hashed) {
      out.writeLong(look);
    }
    out.writeShort(captions.size());
    for (Caption caption : captions) {
      out.writeByte(caption.taken);
      out.writeInt(caption.words);
      out.writeBoolean(caption.counted);
      if (caption.counted) {
        out.writeLong(caption.text.high());
        out.writeLong(caption.text.low());
      }
    }
  }

  static Verdict read(DataInput in) throws IOException {
    String unreadable = in.readUTF();
    int taken = in.readByte();
    int width = in.readInt();
    int height = in.readInt();
    long changed = in.readLong();
    boolean hashed = in.readBoolean();
    long look = hashed ? in.readLong() : 0;
    int count = in.readUnsignedShort();
    List<Caption> captions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int by = in.readByte();
      int words = in.readInt();
      boolean counted = in.readBoolean();
      TextHash text = counted ? new TextHash(in.readLong(), in.readLong()) : TextHash.ZERO;
      captions.add(new Caption(by, words, counted, text));
    }
    return new Verdict(unreadable, taken, width, height, captions, changed, hashed, look);
  }
}
