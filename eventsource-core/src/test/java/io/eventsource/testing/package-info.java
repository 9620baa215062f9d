/** What the tests of several packages share: real servers, databases of their own, and a few events. */
@NullMarked
package io.eventsource.testing;

import org.jspecify.annotations.NullMarked;
