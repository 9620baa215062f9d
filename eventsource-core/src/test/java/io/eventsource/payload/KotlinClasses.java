package io.eventsource.payload;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Classes in the form in which the compiler of Kotlin writes them. */
@SuppressWarnings({"unused", "MemberName", "ClassCanBeStatic", "DoNotCallSuggester", "SameNameButDifferent"})
final class KotlinClasses {

    private KotlinClasses() {}

    /** Kotlin: {@code data class KotlinData(val name: String, val count: Int)}, compiled with {@code -java-parameters}. */
    static final class KotlinData extends GeneratedValues {
        private final String name;
        private final int count;

        public KotlinData(String name, int count) {
            this.name = name;
            this.count = count;
        }

        public String getName() {
            return name;
        }

        public int getCount() {
            return count;
        }

        public String component1() {
            return name;
        }

        public int component2() {
            return count;
        }

        public KotlinData copy(String newName, int newCount) {
            return new KotlinData(newName, newCount);
        }

        public static KotlinData copy$default(KotlinData self, String name, int count, int mask, Object marker) {
            return self.copy((mask & 1) == 0 ? name : self.name, (mask & 2) == 0 ? count : self.count);
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }
    }

    /** Kotlin: the same with a default for each parameter, which makes a constructor without parameters. */
    static final class KotlinDefaults extends GeneratedValues {
        private final String name;
        private final int count;

        public KotlinDefaults(String name, int count) {
            this.name = name;
            this.count = count;
        }

        public KotlinDefaults() {
            this("", 0);
        }

        public String getName() {
            return name;
        }

        public int getCount() {
            return count;
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }
    }

    /** Kotlin: {@code data class KotlinFlag(val isOpen: Boolean)}. */
    static final class KotlinFlag {
        private final boolean isOpen;

        public KotlinFlag(boolean isOpen) {
            this.isOpen = isOpen;
        }

        public boolean isOpen() {
            return isOpen;
        }
    }

    /** Kotlin: {@code @JvmInline value class Email(val value: String)} where it is boxed. */
    static final class KotlinValue {
        private final String value;

        private KotlinValue(String value) {
            this.value = value;
        }

        public String getValue() {
            return value;
        }

        public static KotlinValue box(String value) {
            return new KotlinValue(value);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KotlinValue email && email.value.equals(value);
        }

        @Override
        public int hashCode() {
            return value.hashCode();
        }
    }

    record HoldsKotlinValues(List<KotlinValue> emails) {}

    /** Kotlin: {@code class Contact(val email: Email = Email(""))}, whose getter has a name that Java cannot call. */
    static final class KotlinMangled {
        private final String email;

        public KotlinMangled() {
            this.email = "";
        }

        private KotlinMangled(String email) {
            this.email = email;
        }

        public String getEmail$Kx1Ab() {
            return email;
        }
    }

    /** Kotlin: {@code class KotlinLazy(val name: String) { val size by lazy { name.length } }}. */
    static final class KotlinLazy {
        private final String name;
        private final List<Object> size$delegate = new ArrayList<>();

        public KotlinLazy(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }

        public int getSize() {
            size$delegate.add(name.length());
            return name.length();
        }
    }

    /** Kotlin: {@code object Done}. */
    static final class KotlinObject {
        public static final KotlinObject INSTANCE = new KotlinObject();

        private KotlinObject() {}
    }

    record HoldsKotlinObject(KotlinObject status) {}

    /** Kotlin: {@code data object Done}. */
    static final class KotlinDataObject {
        public static final KotlinDataObject INSTANCE = new KotlinDataObject();

        private KotlinDataObject() {}

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KotlinDataObject;
        }

        @Override
        public int hashCode() {
            return 7;
        }
    }

    record HoldsKotlinDataObject(KotlinDataObject status) {}
}
