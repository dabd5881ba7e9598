package dev.filip.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gives a reader whole inputs that were damaged by a seed, and fails where it does anything but
 * read them or refuse them in its own words: an exception of another class, one without a message
 * or with several lines, an error, a hang, more memory than allowed. {@code -Dfilip.mutations} says
 * how many: 300, and 10,000 under {@code -Pfull}. An input that fails is left in {@code
 * target/mutations}. Used by one thread.
 *
 * <pre>{@code
 * Mutations.of("png", List.of(file)).refusing(UndecodableImage.class).check(ImageDecoder::decode);
 * }</pre>
 */
public final class Mutations {
  private static final int ROUNDS = Integer.getInteger("filip.mutations", 300);
  private static final Path FAILED = Path.of("target", "mutations");

  /** Reads an input whole. */
  public interface Reader {
    /** Reads, or throws. */
    void read(byte[] input) throws Exception;
  }

  private final String name;
  private final List<byte[]> inputs;
  private final List<Class<? extends Throwable>> refusals = new ArrayList<>();
  private long seconds = 20;
  private long mostBytes = 256L << 20;

  private Mutations(String name, List<byte[]> inputs) {
    this.name = name;
    this.inputs = inputs;
    if (inputs.isEmpty() || inputs.stream().anyMatch(input -> input.length == 0)) {
      throw new IllegalArgumentException("inputs must be at least one and none empty");
    }
  }

  /**
   * Damage of these inputs.
   *
   * @param name a seed, and what failures are named by
   */
  public static Mutations of(String name, List<byte[]> inputs) {
    return new Mutations(name, List.copyOf(inputs));
  }

  /** A class of exceptions that is a refusal; those below it are, too. */
  public Mutations refusing(Class<? extends Throwable> refusal) {
    refusals.add(refusal);
    return this;
  }

  /** At most so much may the reading thread allocate for one input in all; 256 MiB if not said. */
  public Mutations allocating(long bytes) {
    this.mostBytes = bytes;
    return this;
  }

  /** So long may the reading of one input last; 20 s if not said. */
  public Mutations within(long limitSeconds) {
    this.seconds = limitSeconds;
    return this;
  }

  /** Reads the whole inputs, which must go well, then damaged ones. */
  public void check(Reader reader) {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    try {
      for (byte[] input : inputs) {
        Throwable refused = run(thread, reader, input, "an input as it is");
        require(refused == null, "an input as it is", input, refused);
      }
      for (int round = 0; round < ROUNDS; round++) {
        byte[] input = damaged(round);
        Throwable refused = run(thread, reader, input, "round " + round);
        require(refused == null || isOwn(refused), "round " + round, input, refused);
      }
    } finally {
      thread.shutdownNow(); // not closed: that would wait for a reader that hangs
    }
  }

  /** The input of a round: the same for the same name, inputs and round. */
  public byte[] damaged(int round) {
    var random = new SplittableRandom(31L * name.hashCode() + round);
    byte[] input = inputs.get(random.nextInt(inputs.size())).clone();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      input = once(input, random);
    }
    return input;
  }

  private boolean isOwn(Throwable refused) {
    String message = refused.getMessage();
    return refusals.stream().anyMatch(refusal -> refusal.isInstance(refused))
        && message != null
        && !message.isBlank()
        && message.indexOf('\n') < 0;
  }

  private @Nullable Throwable run(
      ExecutorService thread, Reader reader, byte[] input, String which) {
    Future<Long> reading =
        thread.submit(() -> {
          long before = allocated();
          reader.read(input);
          return allocated() - before;
        });
    try {
      long used = reading.get(seconds, TimeUnit.SECONDS);
      require(used <= mostBytes, which + ": " + used + " bytes of memory", input, null);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      throw failed(which + ": not read within " + seconds + " s", input, e);
    } catch (InterruptedException e) {
      throw failed(which + ": interrupted", input, e);
    }
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private void require(boolean good, String what, byte[] input, @Nullable Throwable cause) {
    if (!good) {
      throw failed(cause == null ? what : what + ": " + cause, input, cause);
    }
  }

  private AssertionError failed(String what, byte[] input, @Nullable Throwable cause) {
    Path file = FAILED.resolve(name.replaceAll("[^A-Za-z0-9.-]", "_") + "." + what.hashCode());
    try {
      Files.createDirectories(FAILED);
      Files.write(file, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new AssertionError(name + ", " + what + " (" + file.toAbsolutePath() + ")", cause);
  }

  private byte[] once(byte[] input, SplittableRandom random) {
    if (input.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(input.length);
    int length = 1 + random.nextInt(Math.min(input.length - at, 1 << random.nextInt(12)));
    switch (random.nextInt(8)) {
      case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> input[at] = (byte) random.nextInt();
      case 2 -> number(input, at, random);
      case 3 -> Arrays.fill(input, at, at + length, (byte) (random.nextInt(3) - 1));
      case 4 -> {
        return replaced(input, at, at + length, new byte[0]);
      }
      case 5 -> {
        byte[] again = Arrays.copyOfRange(input, at, at + length);
        return replaced(input, at, at, again);
      }
      case 6 -> {
        byte[] other = inputs.get(random.nextInt(inputs.size()));
        int from = random.nextInt(other.length);
        byte[] part = Arrays.copyOfRange(other, from, Math.min(other.length, from + length));
        return replaced(input, at, at + (random.nextBoolean() ? length : 0), part);
      }
      default -> {
        return random.nextInt(4) == 0 ? Arrays.copyOf(input, at) : digits(input, at, random);
      }
    }
    return input;
  }

  /** A number of 2, 4 or 8 bytes at an edge, in either order. */
  private static void number(byte[] input, int at, SplittableRandom random) {
    int size = 2 << random.nextInt(3);
    int bits = 8 * size - random.nextInt(2);
    long edge = bits == 64 ? -1 : (1L << bits) - 1;
    long value = edge + random.nextInt(3) - 1;
    boolean little = random.nextBoolean();
    for (int i = 0; i < size && at + i < input.length; i++) {
      input[at + i] = (byte) (value >>> 8 * (little ? i : size - 1 - i));
    }
  }

  /** Where text holds a number, another one; else a quote, bracket or end of line. */
  private static byte[] digits(byte[] input, int at, SplittableRandom random) {
    int from = at;
    while (from < input.length && (input[from] < '0' || input[from] > '9')) {
      from++;
    }
    if (from == input.length || random.nextInt(3) == 0) {
      input[at] = (byte) "\"'{}[]:,\\\n\0-".charAt(random.nextInt(12));
      return input;
    }
    int to = from;
    while (to < input.length && input[to] >= '0' && input[to] <= '9') {
      to++;
    }
    String[] numbers = {"0", "-1", "1", "2147483648", "99999999999999999999", "1e9", "NaN", ""};
    String number = numbers[random.nextInt(numbers.length)];
    return replaced(input, from, to, number.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static byte[] replaced(byte[] input, int from, int to, byte[] with) {
    byte[] out = new byte[input.length - (to - from) + with.length];
    System.arraycopy(input, 0, out, 0, from);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(input, to, out, from + with.length, input.length - to);
    return out;
  }
}
