package dev.filip.spark;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Gives a {@code filip} that Spark starts the Hadoop that Spark has, so that it reads {@code
 * hdfs://}, {@code s3a://} and what else Spark's connectors read: {@code FILIP_HADOOP} is the class
 * path of the JVM that starts it, {@code FILIP_HADOOP_OPTIONS} the settings {@code spark.hadoop.*}.
 * What the environment says already stays.
 */
final class HadoopVariables {
  private static final String JARS = "FILIP_HADOOP";
  private static final String OPTIONS = "FILIP_HADOOP_OPTIONS";
  private static final String PREFIX = "spark.hadoop.";

  private HadoopVariables() {}

  /** The settings of a job, lines of {@code KEY=VALUE}; empty without. */
  static String options(JavaSparkContext spark) {
    Properties settings = new Properties();
    for (Tuple2<String, String> entry : spark.getConf().getAll()) {
      if (entry._1().startsWith(PREFIX)) {
        settings.setProperty(entry._1().substring(PREFIX.length()), entry._2());
      }
    }
    StringWriter text = new StringWriter();
    try {
      settings.store(text, null);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return settings.isEmpty() ? "" : text.toString();
  }

  /** The variables of a child of this JVM. */
  static Map<String, String> of(String options) {
    Map<String, String> variables = new HashMap<>();
    variables.put(JARS, classPath());
    if (!options.isEmpty()) {
      variables.put(OPTIONS, options);
    }
    variables.keySet().removeAll(System.getenv().keySet());
    return variables;
  }

  /** This JVM's, and what Spark was given beside ({@code --jars}, {@code --packages}). */
  private static String classPath() {
    Set<String> places = new LinkedHashSet<>();
    for (String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!place.isEmpty()) {
        places.add(Path.of(place).toAbsolutePath().toString());
      }
    }
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    for (; loader != null; loader = loader.getParent()) {
      if (loader instanceof URLClassLoader urls) {
        Arrays.stream(urls.getURLs()).map(HadoopVariables::path).forEach(places::add);
      }
    }
    places.remove("");
    return String.join(File.pathSeparator, places);
  }

  private static String path(URL url) {
    return url.getProtocol().equals("file")
        ? Path.of(java.net.URI.create(url.toString())).toString()
        : "";
  }
}
