package dev.filip.search.examples;

import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.nio.file.Path;

/** Opens an index and searches it by words, without a native library. */
public final class OpenAndSearch {
  private OpenAndSearch() {}

  /** Takes the folder of an index. */
  public static void main(String[] args) throws IOException {
    // @start region="search"
    Path folder = Path.of(args[0]);
    IndexAbout about = IndexAbout.read(folder);
    try (Snapshot index = Snapshot.open(folder);
        PlainQueryEncoder words = PlainQueryEncoder.open(about, Path.of(about.model()))) {
      SearchQuery query = SearchQuery.text(QueryText.parse("red^2 sofa -dog"), words);
      for (Hit hit : index.find(query, 10, "year>2010").hits()) {
        System.out.println(hit.id() + " " + hit.score() + " " + hit.about().path());
      }
    }
    // @end
  }
}
