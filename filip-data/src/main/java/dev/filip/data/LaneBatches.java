package dev.filip.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Batches of which every lane gives equal rows; a rank has whole lanes and reads nothing of the
 * others. A unit that cannot be used is followed by its lane's own next one.
 *
 * <p>Under {@code distinct} the lanes offer their units round by round: ranks tell each other the
 * hashes of the captions offered, all go through them in the order of the rows, a unit that meets a
 * caption waits for the next batch of its lane, and lanes that lack units offer as many again. What
 * comes out does not depend on the number of ranks.
 */
final class LaneBatches implements TrainFeed.Batches {
  /** Most rounds of one batch; a few are usual. */
  private static final int MOST_ROUNDS = 200;

  private final PipelineOptions options;
  private final RowShare share;
  private final List<Boolean> counted;
  private final List<Lane> own;
  private final int lanes;
  private final int ahead;

  /**
   * @param counted of each source, whether it is dealt by counts
   * @param own this rank's lanes
   */
  LaneBatches(PipelineOptions options, RowShare share, List<Boolean> counted, List<Lane> own) {
    this.options = options;
    this.share = share;
    this.counted = counted;
    this.own = List.copyOf(own);
    this.lanes = own.size() * share.world();
    this.ahead = Math.max(1, Math.ceilDiv(options.unitsAhead(share.world()), own.size()));
  }

  @Override
  public Places places() {
    return new Places(counted, own.stream().map(Lane::place).toList());
  }

  /** Where this rank's lanes stand. */
  record Places(List<Boolean> counted, List<Cursor.LanePlace> own) implements TrainFeed.Place {
    @Override
    public Cursor cursor(RowShare share) {
      long[] packed = own.stream().flatMapToLong(Cursor.LanePlace::packed).toArray();
      int sources = counted.size();
      List<Cursor.LanePlace> all = new ArrayList<>();
      for (long[] rank : share.gather(packed)) {
        for (int at = 0; at < rank.length; ) {
          Cursor.LanePlace lane = Cursor.LanePlace.unpacked(rank, at, sources);
          all.add(lane);
          at += (int) lane.packed().count();
        }
      }
      return new Cursor.InLanes(counted, all);
    }
  }

  @Override
  public List<PairReader.Pairs> next() {
    own.forEach(lane -> lane.fill(ahead));
    int each = options.batch() / options.unitRows() / lanes;
    List<List<PairReader.Pairs>> chosen = options.distinct() ? distinct(each) : plain(each);
    own.forEach(Lane::finish);
    own.forEach(lane -> lane.fill(ahead));
    return chosen.stream().flatMap(List::stream).toList();
  }

  private List<List<PairReader.Pairs>> plain(int each) {
    int[] need = new int[lanes];
    Arrays.fill(need, each);
    List<List<PairReader.Pairs>> units = offers(need);
    if (share.world() > 1) {
      requireAll(share.gather(new long[] {0}));
    }
    return units;
  }

  private List<List<PairReader.Pairs>> distinct(int each) {
    int[] need = new int[lanes];
    Arrays.fill(need, each);
    List<List<PairReader.Pairs>> chosen = new ArrayList<>();
    own.forEach(_ -> chosen.add(new ArrayList<>(each)));
    Set<Long> texts = new HashSet<>();
    for (int round = 0; Arrays.stream(need).anyMatch(n -> n > 0); round++) {
      int waiting = own.stream().mapToInt(Lane::waiting).max().orElse(0) * lanes;
      TrainFeed.requireDistinct(
          round < MOST_ROUNDS ? waiting : Integer.MAX_VALUE, texts.size(), options);
      List<List<PairReader.Pairs>> offers = offers(need);
      long[][] told = share.gather(told(offers));
      requireAll(told);
      choose(told, need, texts, offers, chosen);
    }
    return chosen;
  }

  /** So many units of each of this rank's lanes; where that fails the others are told. */
  private List<List<PairReader.Pairs>> offers(int[] need) {
    int first = share.rank() * own.size();
    List<List<PairReader.Pairs>> offers = new ArrayList<>();
    try {
      for (int l = 0; l < own.size(); l++) {
        offers.add(own.get(l).offer(need[first + l]));
      }
    } catch (DataStopped e) {
      share.gather(new long[] {1});
      throw e;
    }
    return offers;
  }

  private static void requireAll(long[][] told) {
    if (Arrays.stream(told).anyMatch(rank -> rank[0] != 0)) {
      throw new DataStopped(DataStopped.ELSEWHERE);
    }
  }

  /** Nothing failed; for each lane its number of units, for each unit that of its captions. */
  private static long[] told(List<List<PairReader.Pairs>> offers) {
    LongStream.Builder all = LongStream.builder().add(0);
    for (List<PairReader.Pairs> lane : offers) {
      all.add(lane.size());
      for (PairReader.Pairs unit : lane) {
        long[] texts = unit.texts();
        all.add(texts.length);
        LongStream.of(texts).forEach(all::add);
      }
    }
    return all.build().toArray();
  }

  /** Goes through the offers of all ranks in the order of their rows; the same on every rank. */
  private void choose(
      long[][] told,
      int[] need,
      Set<Long> texts,
      List<List<PairReader.Pairs>> offers,
      List<List<PairReader.Pairs>> chosen) {
    for (int rank = 0; rank < told.length; rank++) {
      long[] said = told[rank];
      int at = 1;
      for (int l = 0; l < own.size(); l++) {
        int units = (int) said[at++];
        for (int u = 0; u < units; u++) {
          int count = (int) said[at++];
          LongStream captions = Arrays.stream(said, at, at + count);
          boolean fits = captions.noneMatch(texts::contains);
          if (fits) {
            Arrays.stream(said, at, at + count).forEach(texts::add);
            need[rank * own.size() + l]--;
          }
          at += count;
          if (rank == share.rank()) {
            settle(fits, own.get(l), offers.get(l).get(u), chosen.get(l));
          }
        }
      }
    }
  }

  private static void settle(
      boolean fits, Lane lane, PairReader.Pairs unit, List<PairReader.Pairs> chosen) {
    if (fits) {
      chosen.add(unit);
    } else {
      lane.reject(unit);
    }
  }
}
