/** An application whose events say themselves where they leave for. */
@NullMarked
package io.eventsource.autoconfigure.externalized;

import org.jspecify.annotations.NullMarked;
