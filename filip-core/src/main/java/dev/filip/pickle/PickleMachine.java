package dev.filip.pickle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pickle's stack machine (protocols 0 to 5) without its power: names are compared with the list of
 * a {@link PickleNames}, nothing is imported, called or executed.
 *
 * <p>Values: Boolean, Long, BigInteger, Double, String, {@code byte[]}, {@link PickleNone}, {@link
 * PickleTuple}, List, Map (in order), {@link PickleName}, {@link PickleBag}, and what the names
 * make. Memory is at most some tens of bytes for each byte of the pickle, and nothing recurses, so
 * depth and cycles are harmless here; who walks the result has to mind them.
 */
public final class PickleMachine {
  private static final Object MARK = new Object();
  private static final int MAX_PROTOCOL = 5;

  private final PickleInput in;
  private final PickleNames names;
  private final ArrayList<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();

  private PickleMachine(PickleInput in, PickleNames names) {
    this.in = in;
    this.names = names;
  }

  /**
   * Reads one pickle and stands behind it.
   *
   * @param names the names it may use, and what they make
   * @throws BadPickle when it is broken, or needs what is not on the list
   */
  public static Object read(PickleInput in, PickleNames names) {
    PickleMachine machine = new PickleMachine(in, names);
    while (true) {
      int code = in.u8();
      if (code == '.') {
        return machine.pop();
      }
      if (!machine.constant(code) && !machine.container(code) && !machine.object(code)) {
        throw new BadPickle(
            "has the opcode 0x"
                + Integer.toHexString(code)
                + " at "
                + (in.position() - 1)
                + ", which "
                + names.what()
                + " do not need");
      }
    }
  }

  /** Numbers, texts, bytes, the protocol's own marks. */
  private boolean constant(int code) {
    switch (code) {
      case 0x80 -> protocol(in.u8());
      case 0x95 -> in.skip(8);
      case 'N' -> push(PickleNone.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.i32());
      case 'K' -> push((long) in.u8());
      case 'M' -> push((long) in.u16());
      case 0x8a -> push(in.number(in.u8()));
      case 0x8b -> push(in.number(in.i32()));
      case 'I' -> push(line(in.line()));
      case 'L' -> push(line(in.line().replace("L", "")));
      case 'G' -> push(in.f64());
      case 0x8c -> push(in.text(in.u8()));
      case 'X' -> push(in.text(Integer.toUnsignedLong(in.i32())));
      case 0x8d -> push(in.text(in.i64()));
      case 'U' -> push(in.text(in.u8(), names.strings()));
      case 'T' -> push(in.text(in.i32(), names.strings()));
      case 'S' -> push(PickleText.quoted(in.longLine(), names.strings()));
      case 'V' -> push(PickleText.escaped(in.longLine()));
      case 'F' -> push(real(in.line()));
      case 'C' -> push(in.take(in.u8()));
      case 'B' -> push(in.take(Integer.toUnsignedLong(in.i32())));
      case 0x8e, 0x96 -> push(in.take(in.i64()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void protocol(int version) {
    if (version > MAX_PROTOCOL) {
      throw new BadPickle(
          "is a pickle of protocol " + version + ", known are 0 to " + MAX_PROTOCOL);
    }
  }

  private static Object line(String text) {
    if (text.equals("00") || text.equals("01")) {
      return text.equals("01");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadPickle("has the number " + text);
    }
  }

  private static double real(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new BadPickle("has the number " + text);
    }
  }

  /** Lists, tuples, dicts, sets. */
  private boolean container(int code) {
    switch (code) {
      case '(' -> push(MARK);
      case ')' -> push(new PickleTuple(List.of()));
      case 't' -> push(new PickleTuple(marked()));
      case 0x85, 0x86, 0x87 -> push(new PickleTuple(top(code - 0x84)));
      case ']', 0x8f -> push(new ArrayList<>());
      case 'l', 0x91 -> push(marked());
      case 'a' -> append(top(1));
      case 'e', 0x90 -> append(marked());
      case '}' -> push(new LinkedHashMap<>());
      case 'd' -> {
        List<Object> items = marked();
        push(new LinkedHashMap<>());
        put(items);
      }
      case 's' -> put(top(2));
      case 'u' -> put(marked());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Names, objects, the memo, the stack itself. */
  private boolean object(int code) {
    switch (code) {
      case 'c' -> push(names.admit(in.line(), in.line()));
      case 0x93 -> {
        List<Object> both = top(2);
        push(names.admit(text(both.get(0)), text(both.get(1))));
      }
      case 'R', 0x81 -> {
        List<Object> call = top(2);
        push(call(call.get(0), tuple(call.get(1))));
      }
      case 'b' -> build(pop());
      case 'Q' -> push(names.persistent(tuple(pop())));
      case 'q' -> memo.put((long) in.u8(), peek());
      case 'r' -> memo.put(Integer.toUnsignedLong(in.i32()), peek());
      case 'p' -> memo.put(index(in.line()), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> push(remembered(in.u8()));
      case 'j' -> push(remembered(Integer.toUnsignedLong(in.i32())));
      case 'g' -> push(remembered(index(in.line())));
      case '0' -> pop();
      case '1' -> marked();
      case '2' -> push(peek());
      default -> {
        return false;
      }
    }
    return true;
  }

  private static long index(String text) {
    return line(text) instanceof Long value ? value : BadPickle.raise("has a memo index " + text);
  }

  private Object remembered(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw new BadPickle("takes from its memo " + index + ", which nobody put there");
    }
    return value;
  }

  private Object call(Object callee, PickleTuple arguments) {
    if (callee instanceof PickleName name) {
      return names.call(name, arguments);
    }
    throw new BadPickle("calls something that is no name");
  }

  /** What {@code __setstate__} would get: kept by bags, ignored where it is only metadata. */
  private void build(Object state) {
    switch (peek()) {
      case PickleBag bag -> {
        if (state instanceof Map<?, ?> map) {
          map.forEach(bag.attributes()::put);
        }
      }
      case Map<?, ?> _ -> {} // an OrderedDict's _metadata
      case Object object -> names.build(object, state);
    }
  }

  @SuppressWarnings("unchecked") // lists of the machine hold objects
  private void append(List<Object> items) {
    if (!(peek() instanceof List<?> list)) {
      throw new BadPickle("appends to something that is no list");
    }
    ((List<Object>) list).addAll(items);
  }

  @SuppressWarnings("unchecked") // maps of the machine hold objects
  private void put(List<Object> items) {
    if (!(peek() instanceof Map<?, ?> map) || items.size() % 2 != 0) {
      throw new BadPickle("sets items of something that is no dict");
    }
    for (int i = 0; i < items.size(); i += 2) {
      ((Map<Object, Object>) map).put(key(items.get(i)), items.get(i + 1));
    }
  }

  /** A key that hashes without running through other objects. */
  public static Object key(Object key) {
    return switch (key) {
      case String _, Boolean _, Long _, Double _, PickleNone _, PickleName _ -> key;
      case byte[] bytes -> new String(bytes, StandardCharsets.ISO_8859_1);
      case PickleTuple _ -> new PickleBag("tuple"); // only itself: never looked up
      default -> throw new BadPickle("has a dict whose key is no text and no number");
    };
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new BadPickle("has a name that is no text");
  }

  private static PickleTuple tuple(Object value) {
    if (value instanceof PickleTuple tuple) {
      return tuple;
    }
    throw new BadPickle("has arguments that are no tuple");
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object peek() {
    @Nullable Object top = stack.isEmpty() ? null : stack.getLast();
    if (top == null || top == MARK) {
      throw new BadPickle("takes from an empty stack");
    }
    return top;
  }

  private Object pop() {
    Object top = peek();
    stack.removeLast();
    return top;
  }

  /** The top values, the deepest first. */
  private List<Object> top(int count) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(pop());
    }
    return values.reversed();
  }

  /** All above the last mark, which goes too. */
  private List<Object> marked() {
    int from = stack.lastIndexOf(MARK);
    if (from < 0) {
      throw new BadPickle("closes what nobody opened");
    }
    List<Object> above = stack.subList(from + 1, stack.size());
    List<Object> values = new ArrayList<>(above);
    above.clear();
    stack.removeLast();
    return values;
  }

  /** Python's {@code None}. */
  public enum PickleNone {
    /** The only one. */
    NONE
  }

  /** A Python tuple. */
  public record PickleTuple(List<Object> items) {
    public PickleTuple {
      items = List.copyOf(items);
    }

    /** Number of items. */
    public int size() {
      return items.size();
    }

    /** An item. */
    public Object get(int index) {
      return items.get(index);
    }

    /** The item as a whole number; anything else is {@link BadPickle}. */
    public long whole(int index, String what) {
      return items.get(index) instanceof Long value
          ? value
          : BadPickle.raise(what + " is no number");
    }

    /** The item as a tuple of whole numbers. */
    public long[] wholes(int index, String what) {
      if (!(items.get(index) instanceof PickleTuple tuple)) {
        throw new BadPickle(what + " is no tuple");
      }
      long[] values = new long[tuple.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = tuple.whole(i, what);
      }
      return values;
    }
  }
}
