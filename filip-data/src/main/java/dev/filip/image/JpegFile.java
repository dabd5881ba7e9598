package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The marks of a JPEG file, found by a walk from its beginning as libjpeg makes it: what lies
 * behind the picture's end (the second picture of an MPO, the film of a motion photo) is never
 * looked at. Used by one thread.
 */
final class JpegFile {
  private static final int START = 0xD8;
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;

  /** Application segment 14, "Adobe", version 100, two flags, no transform of colours. */
  private static final byte[] ADOBE = {
    (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  private final byte[] file;
  private final Orientation orientation = new Orientation();
  private int width;
  private int height;
  private int components;
  private boolean adobe;
  private boolean jfif;

  /** Where the frame's header begins, behind its length; 0 before it is met. */
  private int frameAt;

  private boolean baseline;
  private boolean oneScan;
  private int at = 2;

  private JpegFile(byte[] file) {
    this.file = file;
  }

  /** Walks to the first scan. */
  static JpegFile of(byte[] file) throws UndecodableImage {
    JpegFile jpeg = new JpegFile(file);
    int marker = jpeg.next();
    while (marker != SCAN && marker != END) {
      jpeg.segment(marker);
      marker = jpeg.next();
    }
    if (marker == END || jpeg.components == 0) {
      throw ImageHeader.broken(ImageHeader.Kind.JPEG, "no frame header");
    }
    jpeg.oneScan = jpeg.at + 2 < file.length && file[jpeg.at + 2] == jpeg.components;
    return jpeg;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** The first component's factors, the horizontal one in the upper four bits. */
  int sampling() {
    return file[frameAt + 7] & 0xFF;
  }

  /**
   * Whether it is of the form that nearly all files have: baseline, one scan, 8 bits, JFIF's YCbCr
   * with colours at the full or half the resolution in each direction.
   */
  boolean common() {
    return baseline && oneScan && jfif && components == 3 && file[frameAt] == 8 && halved();
  }

  private boolean halved() {
    int across = sampling() >> 4;
    int down = sampling() & 15;
    boolean first = across >= 1 && across <= 2 && down >= 1 && down <= 2;
    return first && file[frameAt + 10] == 0x11 && file[frameAt + 13] == 0x11;
  }

  /** Kind, size, orientation. */
  ImageHeader header() {
    return new ImageHeader(ImageHeader.Kind.JPEG, width, height, orientation.value());
  }

  /** Whether the picture's end follows its scans; walks over them. */
  boolean whole() {
    try {
      int marker = SCAN;
      while (marker != END && marker != START) {
        at += u16(at);
        marker = next();
      }
      return marker == END;
    } catch (IndexOutOfBoundsException e) {
      return false;
    }
  }

  /**
   * The file, with the mark of Adobe's where a picture of four colours lacks it: those are stored
   * inverted, as PIL takes it, mark or not, and leptonica goes by the mark.
   */
  byte[] marked() {
    if (components != 4 || adobe) {
      return file;
    }
    return ByteBuffer.allocate(file.length + ADOBE.length)
        .put(file, 0, 2)
        .put(ADOBE)
        .put(file, 2, file.length - 2)
        .array();
  }

  /** Goes behind the next marker that has a meaning between or within scans. */
  private int next() {
    while (true) {
      while (file[at] != (byte) 0xFF) {
        at++; // coded pixels, or bytes that some writers leave between segments
      }
      while (file[at] == (byte) 0xFF) {
        at++;
      }
      int marker = file[at++] & 0xFF;
      boolean none = marker == 0 || marker == 1 || marker >= 0xD0 && marker <= 0xD7;
      if (!none) {
        return marker;
      }
    }
  }

  private void segment(int marker) throws UndecodableImage {
    int from = at + 2;
    int to = at + u16(at);
    boolean frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (marker == START) {
      throw ImageHeader.broken(ImageHeader.Kind.JPEG, "a picture begins within its header");
    } else if (frame && components == 0) {
      height = u16(from + 1);
      width = u16(from + 3);
      components = file[from + 5] & 0xFF;
      frameAt = from;
      baseline = marker == 0xC0 && to - from == 6 + 3 * components && to <= file.length;
    } else if (marker == 0xE0 && holds(from, "JFIF\0") && to - from >= 14) {
      jfif = true;
    } else if (marker == 0xE1 && holds(from, "Exif\0\0")) {
      orientation.exif(file, from + 6, to);
    } else if (marker == 0xE1 && holds(from, "http://ns.adobe.com/xap/1.0/\0")) {
      orientation.xmp(file, from, to);
    } else if (marker == 0xEE && holds(from, "Adobe") && to - from >= 12) {
      adobe = true;
    }
    at = to;
  }

  private boolean holds(int from, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return from + wanted.length <= file.length
        && java.util.Arrays.equals(file, from, from + wanted.length, wanted, 0, wanted.length);
  }

  private int u16(int index) {
    return (file[index] & 0xFF) << 8 | file[index + 1] & 0xFF;
  }
}
