/** Applications of other kinds than the sample, with the starter added. */
@NullMarked
package io.eventsource.autoconfigure.compatibility;

import org.jspecify.annotations.NullMarked;
