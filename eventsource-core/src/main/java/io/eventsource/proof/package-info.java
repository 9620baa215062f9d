/** Shows that what is stored as JSON can be read back equal: before the first value of a class, and of each text. */
@NullMarked
package io.eventsource.proof;

import org.jspecify.annotations.NullMarked;
