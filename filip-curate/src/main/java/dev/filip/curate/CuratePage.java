package dev.filip.curate;

import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.image.UndecodableImage;
import dev.filip.viz.Page;
import dev.filip.viz.Thumbnail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The page of a run: how many each rule left, how sizes and lengths are spread, and some of what
 * each rule took or changed. Used by one thread.
 */
record CuratePage(
    SampleSource source,
    RuleBook book,
    Judge judge,
    Records records,
    Decisions decisions,
    @Nullable Scores scores,
    Tally tally) {

  void write(Path file) throws IOException {
    Page page = new Page("What the rules took", intro());
    funnel(page);
    List<String> charts = new ArrayList<>();
    charts.add(tally.words().svg("Words of a caption"));
    if (!tally.sides().isEmpty()) {
      charts.add(tally.sides().svg("Shorter side, pixels (of images a rule looked at)"));
    }
    if (!tally.scores().isEmpty()) {
      charts.add(tally.scores().svg("Score of the best caption, x 100"));
    }
    page.heading("Before and after").charts(charts);
    for (int r = 0; r < book.size(); r++) {
      examples(page, r);
    }
    page.heading("Some that stay").cards(cards(tally.keptExamples(), Verdict.NONE));
    page.write(file);
  }

  private String intro() {
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d samples stay (%.1f %%). Rules in the order of their file; a rule sees what those before it left.",
        source.describe(),
        tally.kept(),
        tally.read(),
        percent(tally.kept()));
  }

  private double percent(long count) {
    return tally.read() == 0 ? 0 : 100.0 * count / tally.read();
  }

  private void funnel(Page page) {
    List<Page.Bar> bars = new ArrayList<>();
    long left = tally.read();
    bars.add(new Page.Bar("read", share(left), String.format(Locale.ROOT, "%,d", left)));
    long broken = tally.unreadable().values().stream().mapToLong(Long::longValue).sum();
    if (broken > 0) {
      left -= broken;
      String why =
          String.join(
              ", ",
              tally.unreadable().entrySet().stream()
                  .map(e -> e.getKey() + " " + e.getValue())
                  .toList());
      bars.add(bar("can be used", left, broken, why));
    }
    for (int r = 0; r < book.size(); r++) {
      left -= tally.taken(r);
      String changes =
          tally.changed(r) == 0 ? "" : String.format(Locale.ROOT, "changed %,d", tally.changed(r));
      bars.add(bar(book.names().get(r), left, tally.taken(r), changes));
    }
    page.heading("What each rule left").bars(bars);
  }

  private Page.Bar bar(String name, long left, long taken, String more) {
    String text =
        String.format(
            Locale.ROOT,
            "%,d left; took %,d (%.2f %%)%s",
            left,
            taken,
            percent(taken),
            more.isEmpty() ? "" : "; " + more);
    return new Page.Bar(name, share(left), text);
  }

  private double share(long count) {
    return tally.read() == 0 ? 0 : (double) count / tally.read();
  }

  private void examples(Page page, int rule) throws IOException {
    List<Records.Place> took = tally.examples(rule);
    List<Records.Place> changed = tally.altered(rule);
    if (!took.isEmpty()) {
      String title =
          String.format(Locale.ROOT, "%s took %,d", book.names().get(rule), tally.taken(rule));
      page.heading(title).cards(cards(took, rule));
    }
    if (!changed.isEmpty()) {
      String title =
          String.format(Locale.ROOT, "%s changed %,d", book.names().get(rule), tally.changed(rule));
      page.heading(title).cards(cards(changed, rule));
    }
  }

  private List<Page.Card> cards(List<Records.Place> places, int rule) throws IOException {
    List<Page.Card> cards = new ArrayList<>();
    for (Records.Place place : places) {
      try (SampleSource.Shard shard = source.open(place.shard())) {
        cards.add(card(shard, place, rule));
      }
      if (rule != Verdict.NONE
          && book.rules().get(rule) instanceof Rule.NearDuplicates near
          && near.model() != null) {
        twin(cards, place, near);
      }
    }
    return cards;
  }

  /** Says whom the last card's picture looks like, and shows that beside it. */
  private void twin(List<Page.Card> cards, Records.Place place, Rule.NearDuplicates near)
      throws IOException {
    Likeness like = Likeness.of(source, records, decisions, near, place);
    Page.Card taken = cards.removeLast();
    List<String> lines = new ArrayList<>(taken.lines());
    lines.add("\u2717 " + like.why());
    cards.add(new Page.Card(taken.png(), taken.title(), lines));
    Records.Place other = like.place();
    if (other != null) {
      try (SampleSource.Shard shard = source.open(other.shard())) {
        Sample.Text text = shard.text(other.index());
        List<String> own = new ArrayList<>(text.captions());
        own.add("the earlier one of both");
        cards.add(new Page.Card(thumbnail(shard, other.index()), text.key(), own));
      }
    }
  }

  private Page.Card card(SampleSource.Shard shard, Records.Place place, int rule)
      throws IOException {
    int i = place.index();
    Sample.Text text = shard.text(i);
    List<String> lines = new ArrayList<>(text.captions());
    Judge.Trace trace =
        (by, caption, after, why) -> {
          if (by == rule) {
            lines.add(after == null ? "\u2717 " + why : "\u2192 " + after);
          }
        };
    judge.judge(text, new Picture(() -> shard.image(i)), trace);
    if (rule == Verdict.NONE) {
      List<String> kept = judge.captions(text, decisions.repeated());
      lines.clear();
      lines.addAll(kept);
    }
    if (scores != null) {
      float[] values = scores.read(place.shard())[i];
      if (values != null) {
        lines.add(String.format(Locale.ROOT, "score %.3f", scores.best(values)));
      }
    }
    return new Page.Card(thumbnail(shard, i), text.key(), lines);
  }

  private static byte[] thumbnail(SampleSource.Shard shard, int i) throws IOException {
    try {
      return Thumbnail.png(shard.image(i));
    } catch (UndecodableImage | UnreadableSample e) {
      return new byte[0];
    }
  }
}
