package dev.filip.opensearch;

import dev.filip.io.BadInput;
import dev.filip.kernel.ValueScan;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;

/**
 * Scores the documents of one Lucene segment, in rising order. OpenSearch keeps the values of a
 * field of type binary as one: their number and before each its length, as variable ints. Used by
 * one thread.
 */
final class LeafValues {
  private static final int MORE = 0x80;
  private static final int REST = 0x7f;

  private final String field;
  private final BinaryDocValues values;
  private final ValueScan.Scorer scorer;
  private int doc;
  private int at;

  LeafValues(LateQuery query, LeafReaderContext leaf) throws IOException {
    field = query.field();
    scorer = query.scan().scorer();
    values = DocValues.getBinary(leaf.reader(), field);
  }

  /** The document that is asked for from now on. */
  void document(int next) {
    doc = next;
  }

  /**
   * Its score, minus infinity where it has no value.
   *
   * @throws IllegalArgumentException where it has several, or one that is not of the query's kind
   */
  double score() {
    try {
      return values.advanceExact(doc) ? score(values.binaryValue()) : Double.NEGATIVE_INFINITY;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (BadInput e) {
      throw new IllegalArgumentException("field " + field + ": " + e.getMessage(), e);
    }
  }

  private double score(BytesRef all) {
    at = all.offset;
    int count = variable(all.bytes);
    BadInput.require(count == 1, "values of a document", count, "one");
    int length = variable(all.bytes);
    BadInput.require(
        length == all.offset + all.length - at, "a value's length", length, "what is there");
    return scorer.score(all.bytes, at, length);
  }

  private int variable(byte[] bytes) {
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      byte next = bytes[at++];
      value |= (next & REST) << shift;
      if ((next & MORE) == 0) {
        break;
      }
    }
    return value;
  }
}
