@NullMarked
package io.eventsource.embedded.throwaway;

import org.jspecify.annotations.NullMarked;
