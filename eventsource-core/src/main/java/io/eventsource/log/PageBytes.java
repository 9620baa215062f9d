package io.eventsource.log;

/**
 * How many bytes of events a page of the log may bring into memory at most. Where one event alone is larger, a page is that one event. A
 * page is held about four times over while it is read and decoded: what the driver received, its text, and what the text is decoded to.
 */
public final class PageBytes {

    /** The least that may be asked for. */
    public static final long LEAST = 64 * 1024;

    private static final long MOST_BY_DEFAULT = 16L * 1024 * 1024;

    /** What an application has that sets nothing uses an eighth of the heap with one page; there are several. */
    private static final long SHARE_OF_HEAP = 32;

    private PageBytes() {}

    /**
     * What an application has that sets nothing: a thirty-second part of the largest heap of this JVM, 64 KiB to 16 MiB.
     *
     * @return the number of bytes
     */
    public static long byHeap() {
        return Math.max(LEAST, Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
    }

    /**
     * Checks a number of bytes.
     *
     * @param bytes the number
     * @return the same
     * @throws IllegalArgumentException when it is below {@link #LEAST}
     */
    public static long checked(long bytes) {
        if (bytes < LEAST) {
            throw new IllegalArgumentException(
                    "max-page-bytes must be %d bytes (64KB) or more, but it is %d".formatted(LEAST, bytes));
        }
        return bytes;
    }
}
