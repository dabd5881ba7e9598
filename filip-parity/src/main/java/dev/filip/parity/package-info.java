/** Our tokens, pixels, model outputs and losses against another program's golden files. */
@NullMarked
package dev.filip.parity;

import org.jspecify.annotations.NullMarked;
