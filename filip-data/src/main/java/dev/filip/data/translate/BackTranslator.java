package dev.filip.data.translate;

import dev.filip.io.BadInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Translates texts into another language and back, in batches, several at a time. What comes out
 * depends on the texts and on the size of a batch alone. Used by one thread.
 */
public final class BackTranslator implements Closeable {
  /**
   * How it is done.
   *
   * @param from language of the captions
   * @param via languages to go by, in the order of the lines they give
   * @param batch texts handed over at once
   * @param concurrency batches at a time
   * @param longest characters of a text, in any of the languages
   */
  public record Options(String from, List<String> via, int batch, int concurrency, int longest) {
    private static final String CODE = "[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*";

    /** Checks them. */
    public Options {
      via = List.copyOf(via);
      BadInput.require(from.matches(CODE), "--from", from, "a language code such as en");
      BadInput.require(!via.isEmpty(), "--via", "nothing", "language codes such as de,ru");
      for (String language : via) {
        BadInput.require(language.matches(CODE), "--via", language, "language codes such as de,ru");
        BadInput.require(
            !language.equalsIgnoreCase(from), "--via", language, "another language than --from");
        BadInput.require(
            Collections.frequency(via, language) == 1, "--via", language, "named once");
      }
      BadInput.require(batch >= 1 && batch <= 10_000, "--batch", batch, "1 to 10000");
      BadInput.require(
          concurrency >= 1 && concurrency <= 256, "--concurrency", concurrency, "1 to 256");
      BadInput.require(longest >= 1, "--max-length", longest, ">= 1");
    }
  }

  /**
   * What came back.
   *
   * @param outcome WRITTEN where there is a text, whatever it is worth; else EMPTY, TOO_LONG,
   *     FAILED
   * @param there the text in the other language, empty where there is none
   * @param back the text in the first language again, one line; empty where there is none
   */
  record Answer(Outcome outcome, String there, String back) {}

  private final Translator engine;
  private final Options options;
  private final ExecutorService threads;

  /** Leaves the engine to its owner. */
  public BackTranslator(Translator engine, Options options) {
    this.engine = engine;
    this.options = options;
    this.threads =
        Executors.newFixedThreadPool(
            options.concurrency(), Thread.ofPlatform().daemon().name("translate-", 0).factory());
  }

  Options options() {
    return options;
  }

  /** One line, single spaces, nothing at its ends. */
  static String line(String text) {
    return text.replaceAll("[\\s\\p{Z}\\p{Cc}]+", " ").strip();
  }

  /**
   * Answers for each language and text.
   *
   * @param texts lines, each once
   * @param done told the share of the work that is done
   * @return by language in the order of the options, then by text
   */
  List<List<Answer>> translate(List<String> texts, DoubleConsumer done) throws IOException {
    List<Callable<List<Answer>>> work = new ArrayList<>();
    for (String language : options.via()) {
      for (int from = 0; from < texts.size(); from += options.batch()) {
        List<String> batch = texts.subList(from, Math.min(texts.size(), from + options.batch()));
        work.add(() -> batch(batch, language));
      }
    }
    List<Answer> flat = new ArrayList<>();
    List<Future<List<Answer>>> running = work.stream().map(threads::submit).toList();
    try {
      for (int i = 0; i < running.size(); i++) {
        flat.addAll(got(running.get(i)));
        done.accept((i + 1.0) / running.size());
      }
    } finally {
      running.forEach(future -> future.cancel(true));
    }
    List<List<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < options.via().size(); i++) {
      answers.add(flat.subList(i * texts.size(), (i + 1) * texts.size()));
    }
    return answers;
  }

  private static List<Answer> got(Future<List<Answer>> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while translating");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failed -> throw failed;
        case RuntimeException failed -> throw failed;
        case null, default -> throw new IllegalStateException("a batch failed", e);
      }
    }
  }

  private List<Answer> batch(List<String> texts, String via) throws IOException {
    List<Answer> there = step(texts, options.from(), via);
    List<String> pivots = new ArrayList<>();
    for (Answer answer : there) {
      if (answer.outcome() == Outcome.WRITTEN) {
        pivots.add(answer.back());
      }
    }
    List<Answer> back = step(pivots, via, options.from());
    List<Answer> all = new ArrayList<>();
    int next = 0;
    for (Answer answer : there) {
      if (answer.outcome() == Outcome.WRITTEN) {
        Answer returned = back.get(next++);
        all.add(new Answer(returned.outcome(), answer.back(), returned.back()));
      } else {
        all.add(new Answer(answer.outcome(), "", ""));
      }
    }
    return all;
  }

  /** One direction; what is too long for the request is not sent. */
  private List<Answer> step(List<String> texts, String from, String to) throws IOException {
    List<String> sent = texts.stream().filter(text -> !isLong(text)).toList();
    List<@Nullable String> got = taken(sent, from, to);
    List<Answer> answers = new ArrayList<>();
    int next = 0;
    for (String text : texts) {
      answers.add(isLong(text) ? new Answer(Outcome.TOO_LONG, "", "") : judged(got.get(next++)));
    }
    return answers;
  }

  private boolean isLong(String text) {
    return text.length() > options.longest();
  }

  private Answer judged(@Nullable String got) {
    if (got == null) {
      return new Answer(Outcome.FAILED, "", "");
    }
    String text = line(got);
    if (isLong(text)) {
      return new Answer(Outcome.TOO_LONG, "", "");
    }
    return new Answer(text.isEmpty() ? Outcome.EMPTY : Outcome.WRITTEN, "", text);
  }

  /**
   * A batch that is refused is halved until the text is found that the engine will not take, which
   * is null then. An engine that refuses the shortest of several texts, too, refuses them all: that
   * ends the run.
   */
  private List<@Nullable String> taken(List<String> texts, String from, String to)
      throws IOException {
    try {
      return asked(texts, from, to);
    } catch (Translator.Refused e) {
      if (texts.size() > 1) {
        String shortest = Collections.min(texts, Comparator.comparingInt(String::length));
        try {
          asked(List.of(shortest), from, to);
        } catch (Translator.Refused again) {
          throw new IOException(again.getMessage(), again);
        }
      }
      return halved(texts, from, to);
    }
  }

  private List<@Nullable String> halved(List<String> texts, String from, String to)
      throws IOException {
    List<@Nullable String> all = new ArrayList<>();
    if (texts.size() == 1) {
      all.add(null);
      return all;
    }
    int middle = texts.size() / 2;
    for (List<String> half :
        List.of(texts.subList(0, middle), texts.subList(middle, texts.size()))) {
      try {
        all.addAll(asked(half, from, to));
      } catch (Translator.Refused e) {
        all.addAll(halved(half, from, to));
      }
    }
    return all;
  }

  private List<@Nullable String> asked(List<String> texts, String from, String to)
      throws IOException {
    if (texts.isEmpty()) {
      return List.of();
    }
    List<String> got = engine.translate(texts, from, to);
    if (got.size() != texts.size()) {
      throw new IOException(
          engine.describe() + " gave " + got.size() + " texts for " + texts.size());
    }
    return new ArrayList<>(got);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
