package dev.filip.curate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.CaptionTable;
import dev.filip.data.FailureRules;
import dev.filip.data.Loader;
import dev.filip.io.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Curation#count} says of a table whose rules judge texts alone, in one pass and in
 * bounded memory: captions are judged while the table is read, and joined by their images at the
 * end. Used by one thread.
 */
public final class CaptionCount {
  private final CaptionTable table;
  private final Judge judge;
  private final CurateOptions options;

  private CaptionCount(CaptionTable table, RuleBook book, CurateOptions options) {
    this.table = table;
    this.judge = new Judge(book);
    this.options = options;
  }

  /**
   * Counts.
   *
   * @param table to be read from its beginning; the caller closes it
   * @return {@code read}, {@code kept}, {@code rules} and more
   */
  public static ObjectNode of(CaptionTable table, Path rules, CurateOptions options)
      throws IOException {
    return new CaptionCount(table, RuleBook.read(rules), options).toJson();
  }

  private ObjectNode toJson() throws IOException {
    Tally tally = new Tally(judge.book());
    try (ImageFates images = new ImageFates(table.size());
        Loader loader = new Loader(options.workers(), FailureRules.COUNT)) {
      judge(loader, images, tally);
      loader.<Integer, Map<Long, Long>>each(
          IntStream.range(0, images.parts()).iterator(),
          options.workers(),
          part -> joined(images, part),
          (_, counts) -> Objects.requireNonNull(counts).forEach(tally::samples));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return tally.toJson();
  }

  private void judge(Loader loader, ImageFates images, Tally tally) throws IOException {
    try (Progress progress = new Progress("judge", table.size())) {
      long[] done = {0};
      loader.each(
          new Batches(),
          4 * options.workers(),
          this::judged,
          (rows, given) -> {
            Judged judged = Objects.requireNonNull(given);
            images.add(judged.rows, judged.length);
            for (int rule = 0; rule <= Verdict.NONE; rule++) {
              tally.captions(rule, judged.captions[rule]);
            }
            done[0] += rows.size();
            progress.to(done[0], "");
          });
    }
  }

  /** On a worker. */
  private static Map<Long, Long> joined(ImageFates images, int part) {
    try {
      return images.joined(part);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On a worker. */
  private Judged judged(CaptionTable.Rows rows) {
    Judged judged = new Judged(rows.size());
    rows.each((high, low, caption) -> {
      long fate = CaptionFate.NO_CAPTION;
      if (caption != null) {
        fate = judge.caption(caption);
        judged.captions[CaptionFate.rule(fate)]++;
      }
      judged.add(high, low, fate);
    });
    return judged;
  }

  /** Rows that were judged, as {@link ImageFates} takes them, and captions by rule. */
  private static final class Judged {
    private final long[] rows;
    private final long[] captions = new long[Verdict.NONE + 1];
    private int length;

    Judged(int size) {
      this.rows = new long[size * ImageFates.LONGS];
    }

    void add(long high, long low, long fate) {
      rows[length] = high;
      rows[length + 1] = low;
      rows[length + 2] = fate;
      length += ImageFates.LONGS;
    }
  }

  /** The table's rows, read as they are asked for. */
  private final class Batches implements Iterator<CaptionTable.Rows> {
    private CaptionTable.@Nullable Rows next = table.next();

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public CaptionTable.Rows next() {
      CaptionTable.Rows rows = next;
      if (rows == null) {
        throw new NoSuchElementException();
      }
      next = table.next();
      return rows;
    }
  }
}
