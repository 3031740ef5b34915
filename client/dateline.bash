# Completion of dateline(1) in bash.

_dateline()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} words
    local commands='search count kwic timeline facets collocates entities export show
        explain save saved cite status help'
    local own='--help --version'
    local all="$own --json --color --socket"
    local question="$all --phrase --any --saved --strict --deadline-ms"
    local queries=${XDG_CONFIG_HOME:-$HOME/.config}/dateline/queries

    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands $own" -- "$word")
        return
    fi
    case $before in
    --color) words='auto always never' ;;
    --sort)
        case $command in
        kwic) words='date left right source position index' ;;
        collocates) words='log_likelihood log_dice' ;;
        export) words='relevance date index' ;;
        *) words='relevance date' ;;
        esac
        ;;
    --by)
        case $command in
        facets) words='source lang topic year words entity person place org' ;;
        *) words='day week month year' ;;
        esac
        ;;
    --type) words='person place org event document' ;;
    --marks) words='auto brackets none' ;;
    --what) words='articles hits' ;;
    --format | -f) words='jsonl csv trec' ;;
    --saved)
        words=$([[ -r $queries ]] && sed -n 's/^[[:space:]]*\([^#[:space:]]*\).*/\1/p' "$queries")
        ;;
    --socket | -s | --batch | --output | -o)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --version | --limit | -n | --cursor | --phrase | -p | --deadline-ms) return ;;
    --companions | --width | -w | --sample | --seed | --window | --min | --tag | --qid) return ;;
    *)
        case $command in
        search)
            words="$question --hits --cite --batch --new --limit --sort --cursor"
            words+=' --no-snippets --marks'
            ;;
        count) words="$question --hits --cite --batch" ;;
        explain) words=$question ;;
        kwic) words="$question --width --words --sort --sample --seed" ;;
        timeline) words="$question --by --by-source --of --top --share --csv" ;;
        facets) words="$question --by --limit --csv" ;;
        collocates) words="$question --window --sort --limit --min --csv" ;;
        entities) words="$all --type --limit --companions --deadline-ms" ;;
        export)
            words="$question --what --format --limit --sort --tag --qid --output"
            words+=' --batch'
            ;;
        show | cite | status) words=$all ;;
        save) words="$own --replace" ;;
        saved) words=$own ;;
        help) words=$commands ;;
        esac
        [[ $word == -* || $command == help ]] || return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _dateline dateline
