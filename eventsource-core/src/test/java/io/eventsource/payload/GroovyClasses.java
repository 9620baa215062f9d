package io.eventsource.payload;

import groovy.lang.MetaClass;
import java.util.Map;
import java.util.Objects;

/** Classes in the form in which the compiler of Groovy writes them. */
@SuppressWarnings({"unused", "MemberName", "ClassCanBeStatic", "DoNotCallSuggester", "SameNameButDifferent"})
final class GroovyClasses {

    private GroovyClasses() {}

    /** Groovy: {@code class GroovyBean { String name; int count }}. */
    static final class GroovyBean extends GeneratedValues {
        private String name = "";
        private int count;
        private transient MetaClass metaClass = () -> GroovyBean.class;

        public MetaClass getMetaClass() {
            return metaClass;
        }

        public void setMetaClass(MetaClass metaClass) {
            this.metaClass = metaClass;
        }

        public Object invokeMethod(String method, Object arguments) {
            throw new UnsupportedOperationException(method);
        }

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
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

    /** Groovy: {@code @Immutable class GroovyImmutable { String name }}. */
    static final class GroovyImmutable {
        private final String name;
        private transient MetaClass metaClass = () -> GroovyImmutable.class;

        public GroovyImmutable(String name) {
            this.name = name;
        }

        public GroovyImmutable(Map<String, Object> values) {
            this((String) Objects.requireNonNull(values.get("name")));
        }

        public GroovyImmutable() {
            this("");
        }

        public MetaClass getMetaClass() {
            return metaClass;
        }

        public void setMetaClass(MetaClass metaClass) {
            this.metaClass = metaClass;
        }

        public String getName() {
            return name;
        }
    }
}
