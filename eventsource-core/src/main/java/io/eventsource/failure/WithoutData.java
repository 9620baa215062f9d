package io.eventsource.failure;

import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stands for an error where its message must not be seen: it has the same frames and causes. Never thrown. */
final class WithoutData extends Throwable {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MAX_SUPPRESSED = 3;

    private WithoutData(Throwable failure, String said, @Nullable Throwable cause) {
        super(said, cause, true, true);
        setStackTrace(failure.getStackTrace());
    }

    static Throwable of(Throwable failure) {
        if (failure instanceof WithoutData) {
            return failure;
        }
        List<Throwable> chain = CauseChain.of(failure);
        List<String> said = FailureText.each(chain);
        WithoutData result = null;
        for (int i = chain.size() - 1; i >= 0; i--) {
            result = new WithoutData(chain.get(i), said.get(i), result);
            Throwable[] suppressed = chain.get(i).getSuppressed();
            for (int j = 0; j < Math.min(MAX_SUPPRESSED, suppressed.length); j++) {
                String alone = FailureText.each(List.of(suppressed[j])).get(0);
                result.addSuppressed(new WithoutData(suppressed[j], alone, null));
            }
        }
        return result == null ? failure : result;
    }

    /** Frames are those of the error that it stands for. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
