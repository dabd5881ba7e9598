package dev.filip.train;

import dev.filip.data.Cursor;
import dev.filip.data.RowShare;
import dev.filip.distributed.Communicator;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The rows of each batch shared among the ranks of a run; one small gather a batch. */
record RankShare(Communicator communicator) implements RowShare {
  @Override
  public int rank() {
    return communicator.rank();
  }

  @Override
  public int world() {
    return communicator.world();
  }

  @Override
  public List<Cursor.Place> broken(List<Cursor.Place> own) {
    long[][] counts = communicator.gather(new long[] {own.size()});
    int most = (int) Arrays.stream(counts).mapToLong(count -> count[0]).max().orElse(0);
    if (most == 0) {
      return List.of();
    }
    long[] packed = new long[2 * most];
    for (int i = 0; i < own.size(); i++) {
      packed[2 * i] = own.get(i).epoch();
      packed[2 * i + 1] = own.get(i).position();
    }
    long[][] all = communicator.gather(packed);
    Set<Cursor.Place> places = new LinkedHashSet<>();
    for (int r = 0; r < all.length; r++) {
      for (int i = 0; i < counts[r][0]; i++) {
        places.add(new Cursor.Place(all[r][2 * i], (int) all[r][2 * i + 1]));
      }
    }
    return List.copyOf(places);
  }
}
