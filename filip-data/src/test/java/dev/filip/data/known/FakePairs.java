package dev.filip.data.known;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Made-up sets of images with captions, and of tables. */
final class FakePairs {
  private FakePairs() {}

  /** Three images whose ids, names and captions come in different orders. */
  static void coco(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    for (int id : new int[] {9, 3, 70}) {
      files.image("val2014/COCO_val2014_%012d.jpg".formatted(id));
    }
    files.image("train2014/COCO_train2014_000000000001.jpg");
    files.text(
        "annotations/captions_val2014.json",
        """
        {"info": {"year": 2014}, "images": [
          {"id": 9, "file_name": "COCO_val2014_000000000009.jpg"},
          {"id": 3, "file_name": "COCO_val2014_000000000003.jpg"},
          {"id": 70, "file_name": "COCO_val2014_000000000070.jpg"}],
         "licenses": [],
         "annotations": [
          {"id": 5, "image_id": 3, "caption": "A dog\\nruns, fast."},
          {"id": 2, "image_id": 9, "caption": "a cat"},
          {"id": 1, "image_id": 3, "caption": "Second. "}]}
        """);
    files.text(
        "annotations/instances_val2014.json",
        """
        {"images": [
          {"id": 9, "file_name": "COCO_val2014_000000000009.jpg"},
          {"id": 3, "file_name": "COCO_val2014_000000000003.jpg"},
          {"id": 70, "file_name": "COCO_val2014_000000000070.jpg"}],
         "annotations": [
          {"id": 1, "image_id": 3, "category_id": 18, "bbox": [0, 0, 1, 1], "iscrowd": 0},
          {"id": 2, "image_id": 9, "category_id": 17, "bbox": [0, 0, 1, 1], "iscrowd": 0}],
         "categories": [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]}
        """);
    files.text(
        "dataset_coco.json",
        """
        {"images": [
          {"filepath": "val2014", "filename": "COCO_val2014_000000000070.jpg", "split": "test",
           "sentences": [{"tokens": ["x"], "raw": "x one"}, {"raw": "x two"}]},
          {"filepath": "val2014", "filename": "COCO_val2014_000000000003.jpg", "split": "restval",
           "sentences": [{"raw": "r"}]},
          {"filepath": "train2014", "filename": "COCO_train2014_000000000001.jpg",
           "split": "train", "sentences": [{"raw": "t"}]},
          {"filepath": "val2014", "filename": "COCO_val2014_000000000009.jpg", "split": "test",
           "sentences": [{"raw": "c"}]}],
         "dataset": "coco"}
        """);
  }

  /** The table with the broken row, and Karpathy's file. */
  static void flickr30k(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    StringBuilder table = new StringBuilder("image_name| comment_number| comment\n");
    for (String image : List.of("2199200615", "1000092795")) {
      files.image("flickr30k-images/" + image + ".jpg");
      for (int i = 0; i < 4; i++) {
        table.append("%s.jpg| %d| Caption %d | of %s , ok .%n".formatted(image, i, i, image));
      }
      table.append(
          image.startsWith("2")
              ? "2199200615.jpg| 4   A dog runs across the grass .\n"
              : "1000092795.jpg| 4| Last .\n");
    }
    files.text("results.csv", table.toString());
    files.text(
        "dataset_flickr30k.json",
        """
        {"images": [
          {"filename": "2199200615.jpg", "split": "test", "sentences": [{"raw": "A dog."}]},
          {"filename": "1000092795.jpg", "split": "train", "sentences": [{"raw": "Two men."}]}],
         "dataset": "flickr30k"}
        """);
  }

  static String token() {
    return """
    2199200615.jpg#0\tA dog .
    1000092795.jpg#0\tTwo men , in a garden .
    1000092795.jpg#1\tMen .
    """;
  }

  static void conceptualCaptions(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    files.text(
        "Train_GCC-training.tsv",
        "a \"quoted caption\thttp://example.org/1.jpg\r\nno tab\nsecond\thttp://example.org/2\n");
    files.text("Validation_GCC-1.1.0-Validation.tsv", "v\thttp://example.org/v");
    files.text("cc12m.tsv", "http://example.org/1\tone\nhttp://example.org/2\ttwo, three\n");
  }

  /** Four rows: HTML, a video, a letter beyond ASCII with a local image, no text at all. */
  static String yfccRows() {
    return yfccRow(
            "100",
            "abcdef01",
            "A+nice+dog",
            "With+%3Ca+href%3D%22x%22%3Elink%3C%2Fa%3E+%26amp%3B+more%0Aline",
            "0")
        + yfccRow("101", "bbcdef01", "film", "", "1")
        + yfccRow("102", "cbcdef01", "Caf%C3%A9", "100%+sure", "0")
        + "1\t2\t3\n"
        + yfccRow("103", "dbcdef01", "", "", "0");
  }

  private static String yfccRow(
      String id, String hash, String title, String description, String marker) {
    String[] fields = new String[25];
    Arrays.fill(fields, "");
    fields[1] = id;
    fields[2] = hash;
    fields[8] = title;
    fields[9] = description;
    fields[16] = "http://example.org/" + id + ".jpg";
    fields[24] = marker;
    return String.join("\t", fields) + "\n";
  }

  static void yfcc100m(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    files.text("yfcc100m_dataset", yfccRows());
    files.text("yfcc100m_subset_data.tsv", "2\t102\tcbcdef01\n3\t103\tdbcdef01\n");
    files.image("images/cbc/def/cbcdef01.jpg");
  }

  static byte[] bzip2(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var packed = new BZip2CompressorOutputStream(out)) {
      packed.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }
}
