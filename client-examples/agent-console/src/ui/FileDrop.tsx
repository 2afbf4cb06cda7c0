// The attachments of an action: dropped or chosen by keyboard, and checked before any byte is sent.
import { DropZone, FileTrigger, isFileDropItem, Text } from "react-aria-components";
import { config } from "../app/config.ts";
import { useLanguage } from "../i18n/index.ts";
import { Button } from "./controls.tsx";
import { Icon } from "./icons.tsx";

interface Props {
  files: readonly File[];
  onChange(files: File[]): void;
  /** The server's message about a file, by its index. */
  errors?: ReadonlyMap<number, string>;
  error?: string | undefined;
  isDisabled?: boolean;
}

export function useFileProblems(files: readonly File[]): string[] {
  const { t, size } = useLanguage();
  const { attachmentMaxBytes, attachmentMaxCount } = config();
  const problems = files.flatMap((file) => {
    if (file.size > attachmentMaxBytes) return [t.actions.tooLarge(file.name, size(attachmentMaxBytes))];
    return file.size === 0 ? [t.actions.emptyFile(file.name)] : [];
  });
  return files.length > attachmentMaxCount ? [...problems, t.actions.tooMany(attachmentMaxCount)] : problems;
}

export function FileDrop({ files, onChange, errors, error, isDisabled }: Props) {
  const { t, size } = useLanguage();
  const problems = useFileProblems(files);
  const { attachmentMaxBytes, attachmentMaxCount } = config();
  if (attachmentMaxCount === 0) return null;
  const add = (more: File[]) => onChange([...files, ...more]);
  return (
    <div className="field">
      <DropZone
        className="drop"
        isDisabled={isDisabled ?? false}
        onDrop={async (event) => {
          add(await Promise.all(event.items.filter(isFileDropItem).map((item) => item.getFile())));
        }}
      >
        <Text slot="label" className="label">
          {t.actions.files}
          <span className="label__hint"> ({t.common.optional})</span>
        </Text>
        <p className="drop__line">
          <span className="drop__word">{t.actions.drop}</span>
          <FileTrigger allowsMultiple onSelect={(chosen) => chosen && add([...chosen])}>
            <Button isDisabled={isDisabled ?? false}>{t.actions.browse}</Button>
          </FileTrigger>
        </p>
        <p className="help">{t.actions.limits(attachmentMaxCount, size(attachmentMaxBytes))}</p>
      </DropZone>
      {files.length > 0 && (
        <ul className="files">
          {files.map((file, n) => (
            <li key={n} className="files__item">
              <Icon name="file" />
              <span className="files__name">{file.name}</span>
              <span className="help">{size(file.size)}</span>
              <Button
                kind="quiet"
                icon="close"
                aria-label={t.actions.remove(file.name)}
                isDisabled={isDisabled ?? false}
                onPress={() => onChange(files.filter((_, other) => other !== n))}
              />
              {errors?.get(n) && <span className="error">{errors.get(n)}</span>}
            </li>
          ))}
        </ul>
      )}
      {[...problems, ...(error ? [error] : [])].map((problem) => (
        <p key={problem} className="error" role="alert">
          {problem}
        </p>
      ))}
    </div>
  );
}
