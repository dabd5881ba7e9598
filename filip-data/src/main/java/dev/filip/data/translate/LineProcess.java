package dev.filip.data.translate;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import dev.filip.io.Texts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command that reads lines on standard input and writes lines on standard output, in UTF-8. It is
 * started without a shell, and ended with all it started when its time is over. Thread-safe.
 */
final class LineProcess {
  private static final int MOST_OUTPUT = 1 << 26;
  private static final int MOST_ERRORS = 1 << 16;
  private static final int SHOWN = 300;

  private final Duration limit;

  /** One run may take so long. */
  LineProcess(Duration limit) {
    BadInput.require(limit.toMillis() > 0, "--timeout", limit, "above 0");
    this.limit = limit;
  }

  /**
   * Runs it once.
   *
   * @return its lines; an empty one at the very end counts only when its line end was written
   * @throws BadInput when it cannot be started
   * @throws IOException in one line, with what it wrote on standard error
   */
  List<String> run(List<String> command, List<String> lines) throws IOException {
    Process process = start(command);
    CompletableFuture<byte[]> errors = reading(process.getErrorStream(), MOST_ERRORS, false);
    CompletableFuture<byte[]> output = reading(process.getInputStream(), MOST_OUTPUT, true);
    CompletableFuture<Void> input = writing(process.getOutputStream(), lines);
    try {
      byte[] read = within(output, command, errors, process);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw late(command);
      }
      if (process.exitValue() != 0) {
        throw failure(command, "ended with code " + process.exitValue(), errors);
      }
      input.cancel(true);
      return split(command, read);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + command.getFirst() + " was running");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException e) {
      boolean missing = String.valueOf(e.getMessage()).contains("No such file");
      String why = missing ? "no such command on PATH" : Reasons.of(e);
      throw new BadInput("cannot start " + command.getFirst() + ": " + why, e);
    }
  }

  private byte[] within(
      CompletableFuture<byte[]> output,
      List<String> command,
      CompletableFuture<byte[]> errors,
      Process process)
      throws IOException, InterruptedException {
    try {
      return output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw late(command);
    } catch (ExecutionException e) {
      process.destroyForcibly();
      throw failure(command, "wrote more than " + (MOST_OUTPUT >> 20) + " MiB", errors);
    }
  }

  private IOException late(List<String> command) {
    double seconds = limit.toMillis() / 1000.0;
    return new IOException(
        BadInput.line(
            String.join(" ", command)
                + ": no answer within "
                + (seconds == Math.rint(seconds) ? Long.toString((long) seconds) : seconds + "")
                + " s (--timeout)"));
  }

  /** What went wrong, with the end of what the command said itself. */
  static IOException failure(List<String> command, String what, String errors) {
    String said = errors.strip();
    String end = said.length() > SHOWN ? "..." + said.substring(said.length() - SHOWN) : said;
    return new IOException(
        BadInput.line(
            String.join(" ", command)
                + " "
                + what
                + (end.isEmpty() ? ", without a word on standard error" : ": " + end)));
  }

  private static IOException failure(
      List<String> command, String what, CompletableFuture<byte[]> errors)
      throws InterruptedException {
    String said = "";
    try {
      said = new String(errors.get(2, TimeUnit.SECONDS), StandardCharsets.UTF_8);
    } catch (ExecutionException | TimeoutException e) {
      said = "standard error could not be read";
    }
    return failure(command, what, said);
  }

  private static List<String> split(List<String> command, byte[] output) throws IOException {
    String text;
    try {
      text = Texts.of(output);
    } catch (Texts.NotUtf8 e) {
      throw new IOException(String.join(" ", command) + " wrote no UTF-8: " + e.getMessage(), e);
    }
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('\n', from);
      lines.add(text.substring(from, end < 0 ? text.length() : end));
      from = end < 0 ? text.length() : end + 1;
    }
    return lines;
  }

  /** Reads to the end; beyond {@code most} bytes it fails, or keeps the first of them. */
  private static CompletableFuture<byte[]> reading(InputStream in, int most, boolean strict) {
    CompletableFuture<byte[]> read = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          ByteArrayOutputStream all = new ByteArrayOutputStream();
          byte[] piece = new byte[1 << 14];
          try (in) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
              if (strict && all.size() + n > most) {
                throw new IOException("too much output");
              }
              all.write(piece, 0, Math.min(n, most - all.size()));
            }
            read.complete(all.toByteArray());
          } catch (IOException e) {
            read.completeExceptionally(e);
          }
        });
    return read;
  }

  /** A command that stops reading early is judged by what it wrote. */
  private static CompletableFuture<Void> writing(OutputStream out, List<String> lines) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (out) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            written.complete(null);
          } catch (IOException e) {
            written.completeExceptionally(e);
          }
        });
    return written;
  }
}
