package dev.filip.hadoop;

import dev.filip.curate.CurateOptions;
import dev.filip.curate.Curation;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A curation as a child process of Spark: {@code SOURCE RULES OUT [--STAGE K/N]}. */
public final class CurateProcess {
  private CurateProcess() {}

  /** The command's part that the test needs. */
  public static void main(String[] args) throws IOException {
    try (SampleSource source = Sources.open(args[0], SourceOptions.DEFAULT)) {
      Curation curation = new Curation(source, Path.of(args[1]), new CurateOptions(3, 1, false));
      Path out = Path.of(args[2]);
      if (args.length == 3) {
        curation.write(out);
      } else {
        String stage = args[3].substring("--".length()).toUpperCase(Locale.ROOT);
        curation.share(out, Curation.Stage.valueOf(stage), Share.parse(args[3], args[4]));
      }
    } catch (BadInput e) {
      System.err.println("filip: " + e.getMessage());
      System.exit(2);
    }
  }
}
