package dev.filip.data.known;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Pickles of protocol 2 as Python 2 and NumPy 1 wrote CIFAR's: texts are byte strings. */
final class FakePickles {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private FakePickles() {}

  /** A matrix of unsigned bytes, row by row. */
  record Rows(int width, byte[] bytes) {}

  static byte[] of(Object value) {
    FakePickles pickle = new FakePickles();
    pickle.raw("\u0080\u0002");
    pickle.put(value);
    pickle.raw(".");
    return pickle.out.toByteArray();
  }

  private void raw(String latin) {
    out.writeBytes(latin.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void int32(int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >> shift);
    }
  }

  private void put(Object value) {
    switch (value) {
      case String text -> string(text.getBytes(StandardCharsets.UTF_8));
      case Integer whole -> {
        raw("J");
        int32(whole);
      }
      case List<?> list -> {
        raw("](");
        list.forEach(this::put);
        raw("e");
      }
      case Map<?, ?> map -> {
        raw("}(");
        map.forEach((key, one) -> {
          put(key);
          put(one);
        });
        raw("u");
      }
      case Rows rows -> array(rows);
      default -> throw new IllegalArgumentException(value.toString());
    }
  }

  private void string(byte[] bytes) {
    if (bytes.length < 256) {
      raw("U");
      out.write(bytes.length);
    } else {
      raw("T");
      int32(bytes.length);
    }
    out.writeBytes(bytes);
  }

  private void array(Rows rows) {
    raw(
        "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\u0000\u0085U\u0001b\u0087R(K\u0001");
    put(rows.bytes().length / rows.width());
    put(rows.width());
    raw("\u0086cnumpy\ndtype\nU\u0002u1K\u0000K\u0001\u0087R(K\u0003U\u0001|NNN");
    put(-1);
    put(-1);
    raw("K\u0000tb\u0089");
    string(rows.bytes());
    raw("tb");
  }
}
