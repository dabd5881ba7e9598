/** Pictures of an index for LangChain4j: found by words, shown to the model. */
@NullMarked
package dev.filip.langchain4j;

import org.jspecify.annotations.NullMarked;
